import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Lab } from '../../lab/lab.ts';
import { packageRoot } from '../../lab/package-root.ts';
import type { Fired, Heard, Report, Shot } from './shots.ts';

/** What stands beside the server of a lab, in the same network: the clients, and an express that does nothing. */
export interface Beside {
  /** Where the express listens that does nothing. */
  bare(): Promise<string>;
  fire(shot: Shot): Promise<Fired>;
  /** `meanwhile` begins when all listeners are answered. */
  listen(shot: Shot, meanwhile: () => Promise<void>): Promise<{ readonly heard: Heard }>;
  stop(): void;
}

export function startBeside(lab: Lab): Beside {
  const start = (file: string): ChildProcess => {
    const leash = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const script = join(packageRoot, 'dist/bench/rest', file);
    const [program, ...args] = [...lab.at('server'), ...leash, process.execPath, script];
    return spawn(program, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
    });
  };
  const express = start('bare.js');
  const listening = once(express, 'message') as Promise<[{ readonly port: number }]>;
  const clients = start('clients.js');
  const ended = once(clients, 'exit').then(() => [{ failed: 'the clients have ended' }]);

  /** The next report; rejects when there will be none. */
  async function reported(): Promise<Report> {
    const [report] = (await Promise.race([once(clients, 'message'), ended])) as [Report];
    if ('failed' in report) throw new Error(report.failed);
    return report;
  }

  return {
    bare: async () => `http://127.0.0.1:${(await listening)[0].port}`,
    async fire(shot) {
      clients.send(shot);
      return ((await reported()) as { fired: Fired }).fired;
    },
    async listen(shot, meanwhile) {
      clients.send(shot);
      await reported();
      const heard = reported() as Promise<{ heard: Heard }>;
      heard.catch(() => undefined); // awaited below
      await meanwhile();
      return heard;
    },
    stop() {
      for (const child of [express, clients]) child.kill('SIGKILL');
    },
  };
}
