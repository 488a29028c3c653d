import type { WireOpened } from '../firewall/wire.ts';
import type { Edit } from './edit.ts';
import type { StandingPlace } from './standing/place.ts';

/** Something was changed by others, or may have been. */
export interface Change {
  /** The program, where that is known. */
  readonly by: string;
  /** Standing entries: some were taken out, or nobody knows what the kernel has of them now. */
  readonly standing?: 'taken' | 'unknown' | undefined;
}

/**
 * A way to fit the host's firewall: where in the kernel it stands who is let in.
 * Addresses and services in an edit have been checked; a backend ignores those parts
 * of it that it has no use for.
 */
export interface Backend {
  /** Looks, and puts right what is ours and not as it should be; true when elements were lost by it. */
  ensure(): Promise<boolean>;
  /**
   * Carries out the edit. `deadline` in milliseconds.
   * @throws Refused `kernel`, `too-many` (nothing was changed) or `unconfirmed`
   */
  apply(edit: Edit, deadline?: number): Promise<void>;
  /** The same for an address that should not be open yet, and is a newcomer when it was not of late. */
  applyFirst(edit: Edit, newcomer: boolean): Promise<void>;
  list(): Promise<WireOpened[]>;
  /** Packets since the address was opened, where that is cheaply known. */
  packetsFrom(address: string): Promise<number | undefined>;
  /** What does not work as it should on this host, each with its mend. */
  warnings(): readonly string[];
  /** Whether strangers are turned away; undefined where that is not ours. */
  armed?(): 'on' | 'trial' | 'off';
  /** For standing entries; undefined where there may be none, or this way has no place for them. */
  readonly standing?: StandingPlace | undefined;
  /** Tells of changes to the ruleset by others, from now on. */
  watch(changed: (change: Change) => void): void;
  stop(): void;
}
