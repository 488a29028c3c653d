import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { readCapture, type Packet } from './capture.ts';

export interface Capture {
  /** Ends it, and gives back what it has seen. */
  packets(): Promise<Packet[]>;
}

/** Listens on all of the server's interfaces; settles when it does. */
export async function capture(lab: Lab, filter: string): Promise<Capture> {
  const file = join(lab.folder, 'capture.pcap');
  const words = ['tcpdump', '-i', 'any', '-n', '-U', '--immediate-mode', '-w', file, filter];
  const child = instrument(lab.at('server'), words);
  await once(child.stderr ?? child, 'data'); // it says that it listens
  return {
    async packets() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      const packets = readCapture(file);
      rmSync(file);
      return packets;
    },
  };
}

/** Starts a program that measures: it gives way to what it measures. */
export function instrument(prefix: readonly string[], words: readonly string[]): ChildProcess {
  const [program = '', ...args] = [...prefix, 'nice', '-n', '19', ...words];
  return spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
}
