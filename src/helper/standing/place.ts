import type { StandingEntry } from '../../firewall/wire-standing.ts';
import type { Timed } from '../edit.ts';

/** A host with the time it shall have, in seconds; undefined is for good. */
export interface Lasting {
  readonly address: string;
  readonly seconds: number | undefined;
}

/** What one transaction does to the hosts that stand. */
export interface StandingEdit {
  /** By service. */
  readonly remove: ReadonlyMap<string, readonly string[]>;
  /** By service. None of them is there, unless with the very same time, or removed in the same edit. */
  readonly add: ReadonlyMap<string, readonly Lasting[]>;
  /** Hosts that, for so long from now on, get in by their elements alone: see guard/ruleset.ts, memory. */
  readonly stood: readonly Timed[];
}

export interface StandingNetwork {
  /** In canonical CIDR. Networks may lie inside one another. */
  readonly network: string;
  /** Seconds by service; undefined is for good. */
  readonly services: ReadonlyMap<string, number | undefined>;
}

export interface StoodNetwork {
  readonly network: string;
  readonly seconds: number;
}

/**
 * Where in the kernel standing entries stand. All has been checked. Each call is one
 * transaction and rejects where it was not carried out; nobody who is to stay is cut
 * by it for a moment.
 */
export interface StandingPlace {
  /** `anew`: whatever hosts stand there goes, in the same transaction. */
  hosts(edit: StandingEdit, anew: boolean): Promise<void>;
  /** Makes the networks exactly these. */
  networks(all: readonly StandingNetwork[], stood: readonly StoodNetwork[]): Promise<void>;
  /** How many elements a network takes for each of its services; 1 unless it is told. */
  elementsOf?(service: string): number;
  /** Where not everything that is allowed has a place. @throws Refused `bad-address` */
  check?(entry: StandingEntry): void;
  /** The kernel has this list now; `before` is the last one of which that was said, or known at the start. */
  settled?(before: readonly string[], lines: readonly string[]): Promise<void>;
}
