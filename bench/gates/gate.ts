import type { Pair } from '../hosts.ts';
import type { Companion } from './companion.ts';
import type { Prober } from './prober.ts';

/** What all of them open: TCP, at the server. */
export const port = 443;

/** Something that lets addresses in, at work. */
export interface Gate {
  /** Lets the address in: ms from the trigger to the first SYN that was answered. */
  open(address: string): Promise<number>;
  remove(): Promise<void>;
}

/** One of those that are compared. */
export interface Contestant {
  readonly name: string;
  readonly trigger: string;
  /** What an entry is, which there are ten to 100,000 of. */
  readonly entry: string;
  start(place: Place, entries: number): Promise<Gate>;
}

/** Where a contestant works: a server and a client of its own. */
export interface Place {
  readonly pair: Pair;
  /** Its own, for files. */
  readonly folder: string;
  /** Where the programs of others are unpacked. */
  readonly peers: string;
  readonly starter: Companion;
  readonly prober: Prober;
}
