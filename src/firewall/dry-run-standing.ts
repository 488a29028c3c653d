import type { Standing } from '../domain/entry.ts';
import type { FirewallLimits, StandReport } from '../domain/ports.ts';
import type { Instant } from '../domain/time.ts';
import { lineOf } from './standing-lines.ts';
import { StandingSorter } from './wire-standing.ts';

/** The standing entries of a gate that only says what it would do. */
export class DryRunStanding {
  readonly #limits: FirewallLimits;
  readonly #say: (sentence: string) => void;
  #lines: ReadonlySet<string> = new Set();

  constructor(limits: FirewallLimits, say: (sentence: string) => void) {
    this.#limits = limits;
    this.#say = say;
  }

  stand(entries: readonly Standing[], now: Instant): StandReport {
    const sorter = new StandingSorter(this.#limits, now / 1000);
    for (const line of new Set(entries.map(lineOf))) sorter.take([line]);
    const lines = new Set(sorter.good);
    const added = [...lines].filter((line) => !this.#lines.has(line));
    const removed = [...this.#lines].filter((line) => !lines.has(line));
    this.#lines = lines;
    for (const line of added) this.#say(`would let in standing: ${line}`);
    for (const line of removed) this.#say(`would let in no more: ${line}`);
    return { added: added.length, removed: removed.length, failed: sorter.failed };
  }
}
