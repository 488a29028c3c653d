import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../lab/package-root.ts';
import { dialgate } from './gates/dialgate.ts';
import { fwknopd, fwknopdAtSocket } from './gates/fwknopd.ts';
import type { Contestant, Gate } from './gates/gate.ts';
import { knockd } from './gates/knockd.ts';
import { startAt } from './gates/place.ts';
import { reportTimes, type Cell } from './gates/report.ts';
import { appending, restoring } from './gates/scripts.ts';
import { clientAddress } from './hosts.ts';
import { untilQuiet } from './quiet.ts';
import { removeAll } from './removal.ts';
import type { Result } from './result.ts';
import { makeScratch } from './scratch.ts';
import { wordAfter } from './words.ts';

const usualSizes = '10,1000,10000,100000';
const usualRounds = '24';
const contestants = [dialgate, appending, restoring, knockd, fwknopd, fwknopdAtSocket];

interface Running extends Cell {
  readonly gate: Gate;
}

/**
 * From the trigger to the first SYN that is answered, beside what is used today, by the number
 * of entries that are there. Words: `--rounds 20`, `--sizes 10,1000`, `--only dialgate,knockd`.
 */
export async function timeToOpen(words: readonly string[]): Promise<Result> {
  const sizes = (wordAfter(words, '--sizes') ?? usualSizes).split(',').map(Number);
  const rounds = Number(wordAfter(words, '--rounds') ?? usualRounds);
  const taken = named(wordAfter(words, '--only'));
  const peers = await fetchPeers();
  const scratch = makeScratch();
  const running: Running[] = [];
  try {
    for (const entries of sizes) {
      for (const contestant of taken) {
        say(`setting up ${contestant.name} with ${entries} entries`);
        const folder = join(scratch.folder, String(running.length));
        const gate = await startAt(folder, peers, contestant, entries);
        running.push({ contestant, entries, gate, times: [], failures: [] });
      }
    }
    const busy: number[] = [];
    // the first round warms everything up and is not counted
    for (let round = 0; round <= rounds; round++) {
      for (const one of inTurn(running, round)) {
        if (isSpared(one, round)) continue;
        busy.push(await untilQuiet());
        // some of them look for work at fixed times: all phases shall be met
        await sleep(100 * Math.random());
        const what = await openAt(one, clientAddress(round), round > 0);
        say(`round ${round} of ${rounds}: ${one.contestant.name}, ${one.entries}: ${what}`);
      }
    }
    say('');
    return reportTimes(running, { rounds, sizes, busy });
  } finally {
    await removeAll([...running.map(({ gate }) => gate), scratch]);
  }
}

async function openAt(one: Running, address: string, counts: boolean): Promise<string> {
  try {
    const ms = await one.gate.open(address);
    if (counts) one.times.push(ms);
    return `${ms.toFixed(2)} ms`;
  } catch (error) {
    one.failures.push(String(error));
    // what it is still busy with would disturb the others
    if (isHopeless(one)) await one.gate.remove();
    return 'not opened';
  }
}

const isHopeless = ({ failures, times }: Cell): boolean =>
  failures.length > 1 && times.length === 0;

const isSpared = (one: Cell, round: number): boolean =>
  isHopeless(one) || round % everyNth(one.times.at(-1) ?? 0) !== 0;

/** What takes seconds is not measured in every round. `last` in ms. */
function everyNth(last: number): number {
  if (last > 5000) return 8;
  return last > 1000 ? 4 : 1;
}

/** Each round begins with another. */
const inTurn = (running: readonly Running[], round: number): readonly Running[] => [
  ...running.slice(round % running.length),
  ...running.slice(0, round % running.length),
];

function named(names: string | undefined): readonly Contestant[] {
  if (names === undefined) return contestants;
  return names.split(',').map((name) => {
    const found = contestants.find((one) => one.name === name);
    if (found) return found;
    const all = contestants.map((one) => one.name).join(', ');
    throw new Error(`There is no "${name}" to compare with; there are: ${all}.`);
  });
}

/** The set-up is plain JavaScript, so that it runs before anything is built. */
async function fetchPeers(): Promise<string> {
  const file = pathToFileURL(join(packageRoot, 'lab/setup/peers.mjs')).href;
  const { ensurePeers } = (await import(file)) as { ensurePeers: () => Promise<string> };
  return ensurePeers();
}

/** In place of what was said before, where somebody looks. */
function say(what: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${what}`);
}
