import type { Target } from '../domain/entry.ts';
import type { Instant } from '../domain/time.ts';

/** A file as it was found. */
export interface SourceFile {
  /** As people know it: the path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where something stands; lines count from 1. Line 0 is the file as a whole. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Ports of one protocol, from `first` to `last` inclusive. */
export interface PortSpan {
  readonly protocol: 'tcp' | 'udp';
  readonly first: number;
  readonly last: number;
}

/** What was let in: every port, these ports, services by name, or whatever is usual here. */
export type Wanted =
  | { readonly kind: 'all' }
  | { readonly kind: 'ports'; readonly ports: readonly PortSpan[] }
  | { readonly kind: 'services'; readonly services: readonly string[] };

/** Something that can become an entry. */
export interface Found {
  /** As its owner called it; null where it had no name. */
  readonly label: string | null;
  readonly target: Target;
  readonly wanted: Wanted;
  readonly until: Instant | null;
  readonly note: string;
  /** What whoever reads the plan should know about it. */
  readonly remarks: readonly string[];
  readonly at: Place;
}

/** What was meant as an entry, or may have been, and is not taken over. */
export interface Skipped {
  readonly at: Place;
  /** The line, cut short; control characters may be in it. */
  readonly text: string;
  readonly why: string;
}

/** Lines that are no business of ours, such as rules for everybody: counted, not named. */
export interface LeftAlone {
  readonly file: string;
  readonly why: string;
  readonly count: number;
}

export interface Reading {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
  readonly left: readonly LeftAlone[];
}

/** Gathers a reading, line by line. */
export class Gathering {
  readonly found: Found[] = [];
  readonly skipped: Skipped[] = [];
  readonly #left = new Map<string, LeftAlone>();

  skip(at: Place, text: string, why: string): void {
    this.skipped.push({ at, text: text.slice(0, 80), why });
  }

  leave(file: string, why: string): void {
    const key = `${file}\0${why}`;
    this.#left.set(key, { file, why, count: (this.#left.get(key)?.count ?? 0) + 1 });
  }

  get left(): LeftAlone[] {
    return [...this.#left.values()];
  }
}

/** An entry that the site has already; the target as text. */
export interface Existing {
  readonly label: string;
  readonly target: string;
}
