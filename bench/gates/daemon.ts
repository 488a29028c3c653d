import { closeSync, openSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dyingWithUs } from './companion.ts';
import type { Place } from './gate.ts';

/** The libraries that came with the packages of others are found, too. */
export const environment = (peers: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  LD_LIBRARY_PATH: ['lib', 'usr/lib']
    .flatMap((part) => ['x86_64', 'aarch64'].map((kind) => join(peers, part, `${kind}-linux-gnu`)))
    .join(':'),
});

/** Where a daemon logs, and what it prints. */
export const logOf = ({ folder }: Place): string => join(folder, 'daemon.log');

/** Starts a daemon of others at the server, in the foreground; settles when its log says that it is ready. */
export async function startDaemon(
  place: Place,
  [program = '', ...words]: readonly string[],
  ready: RegExp,
): Promise<{ stop(): Promise<void> }> {
  const { pair, folder, peers } = place;
  const file = logOf(place);
  const [first, ...more] = [...pair.server.prefix, ...dyingWithUs, join(peers, program)];
  const log = openSync(file, 'a', 0o600);
  const child = spawn(first, [...more, ...words], {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: environment(peers),
    detached: true,
  });
  closeSync(log);
  const state = { ended: false };
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => void (state.ended = true));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  for (let tries = 0; tries < 500 && !state.ended; tries++) {
    if (ready.test(readFileSync(file, 'utf8'))) return { stop };
    await sleep(20);
  }
  await stop();
  throw new Error(`${program} does not start: ${readFileSync(file, 'utf8').slice(-1000)}`);
}
