import { randomInt } from 'node:crypto';
import type { PairingPorts } from '../config/config.ts';

/** So many ports beside the wanted ones tell who sweeps. */
const decoyCount = 128;
/** To each side of a wanted port: who goes through the ports in order meets one before or just after it. */
const neighbours = [-2, -1, 1, 2];
const everyPort: PairingPorts = { first: 1, last: 65_535 };
/** A browser may try these by itself. */
const browsers = new Set([80, 443]);

type IsFree = (port: number) => boolean;

/** One by chance; none when hardly any is free. */
export function pickPort({ first, last }: PairingPorts, isFree: IsFree): number[] {
  for (let tries = 0; tries < 1000; tries++) {
    const port = randomInt(first, last + 1);
    if (isFree(port)) return [port];
  }
  return [];
}

/**
 * Where nobody has been told to go. For a port chosen by chance they lie where it
 * could have been chosen, for that is where it is looked for; `among` is that range.
 */
export function pickDecoys(
  wanted: readonly number[],
  isFree: IsFree,
  among: PairingPorts = everyPort,
): number[] {
  const fit = (port: number): boolean =>
    port >= 1 &&
    port <= everyPort.last &&
    !wanted.includes(port) &&
    !browsers.has(port) &&
    isFree(port);
  const near = wanted.flatMap((port) => neighbours.map((step) => port + step)).filter(fit);
  const decoys = new Set(near);
  // fewer where hardly any is free
  for (let tries = 0; tries < 4 * decoyCount && decoys.size < near.length + decoyCount; tries++) {
    for (const port of pickPort(among, fit)) decoys.add(port);
  }
  return [...decoys];
}
