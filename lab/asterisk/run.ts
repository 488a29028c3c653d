import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { asteriskDirectories, writeAsteriskConfig, type AsteriskConfigOptions } from './config.ts';
import { enclosed } from './enclosure.ts';
import type { AsteriskHome } from './find.ts';
import { pathsSeen } from './without-mounts.ts';

export interface AsteriskRunOptions extends Omit<AsteriskConfigOptions, 'modules' | 'shared'> {
  readonly home: AsteriskHome;
  /** Where the sounds are: seen by Asterisk under the same path. Must exist and be readable by `uid`. */
  readonly sounds: readonly string[];
  /** The user (and group of the same number) that Asterisk runs as, when we are root; default {@link labUid}. */
  readonly uid?: number | undefined;
  /** Such as `['ip', 'netns', 'exec', 'server']`. */
  readonly prefix?: readonly string[] | undefined;
  /** How long it may take to boot, in ms; default 20,000. */
  readonly bootTime?: number | undefined;
}

export interface RunningAsterisk {
  readonly pid: number;
  /** For programs in the same network namespace. */
  readonly ariUrl: string;
  /** Holds messages.log and, should Asterisk print something, nothing else. */
  readonly logs: string;
  /** Settles when the process is gone, whatever the reason. */
  readonly exited: Promise<void>;
  /** Runs a command of Asterisk's own command line and returns what it prints. */
  cli(command: string): Promise<string>;
  /** Ends it: gently, then by force after 3 s. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** A number that Debian gives to nobody and that owns nothing on the machine. */
export const labUid = 61_984;

/** Starts Asterisk and waits until calls and ARI are served. @throws Error with what Asterisk printed. */
export async function startAsterisk(options: AsteriskRunOptions): Promise<RunningAsterisk> {
  const isRoot = process.getuid?.() === 0;
  const uid = isRoot ? (options.uid ?? labUid) : undefined;
  const { home, directory, prefix } = options;
  const conf = writeAsteriskConfig({ ...options, ...pathsSeen(home) }, uid);
  const within = { visible: [directory, ...options.sounds], uid, prefix };
  const [program, ...args] = enclosed(home, within, [home.asterisk, '-f', '-C', conf]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const died = new AbortController();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-4000)));
  }
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      died.abort();
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      printed += error.message;
      end();
    });
  });

  const cli = async (command: string): Promise<string> => {
    // Asterisk's socket is a file, so this needs no network namespace
    const [ctl, ...rest] = enclosed(home, { ...within, prefix: undefined }, [
      home.asterisk,
      '-C',
      conf,
      '-rx',
      command,
    ]);
    return (await promisify(execFile)(ctl, rest, { timeout: 5000 })).stdout;
  };

  const asterisk: RunningAsterisk = {
    pid: child.pid ?? 0,
    ariUrl: `http://127.0.0.1:${options.ari.port}`,
    logs: asteriskDirectories(directory).log,
    exited,
    cli,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(force);
    },
  };

  const deadline = Date.now() + (options.bootTime ?? 20_000);
  while (!died.signal.aborted && Date.now() < deadline) {
    const answer = await cli('core waitfullybooted').catch(() => '');
    if (answer.includes('fully booted')) return asterisk;
    await sleep(50);
  }
  await asterisk.stop();
  throw new Error(
    `Asterisk did not start. It printed:\n${printed}\nSee also ${join(asterisk.logs, 'messages.log')}.`,
  );
}
