import type { WireLimits, WirePart, WireStandFailure } from '../../firewall/wire.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import {
  StandingDigest,
  StandingSorter,
  type StandingEntry,
} from '../../firewall/wire-standing.ts';

/** A whole list, checked. */
export interface StandingList {
  /** Of all lines as they were sent. */
  readonly digest: string;
  /** In order, each once. */
  readonly lines: readonly string[];
  readonly failed: readonly WireStandFailure[];
}

const mostParts = 10_000;

/** Puts the parts of one list together. Lines are checked as they come, so that no part takes long. */
export class Transfer {
  readonly digest: string;
  readonly #parts: number;
  readonly #sum = new StandingDigest();
  readonly #sorter: StandingSorter;
  #next = 0;
  #last: string | undefined;

  /** `now` in Unix seconds; `further` as a StandingSorter has it. @throws Refused `malformed` */
  constructor(
    { digest, parts }: WirePart,
    limits: WireLimits,
    now: number,
    further?: (entry: StandingEntry) => void,
  ) {
    if (!/^[0-9a-f]{64}$/.test(digest)) {
      throw new Refused('malformed', '`digest` must be a SHA-256 in small hexadecimal digits.');
    }
    if (!Number.isInteger(parts) || parts < 1 || parts > mostParts) {
      throw new Refused('malformed', `\`parts\` must be a whole number from 1 to ${mostParts}.`);
    }
    this.digest = digest;
    this.#parts = parts;
    this.#sorter = new StandingSorter(limits, now, further);
  }

  /**
   * The list, once its last part is there.
   * @throws Refused `gone` or `malformed`: it has to begin again with part 0
   */
  take({ digest, part, parts, entries }: WirePart): StandingList | undefined {
    if (digest !== this.digest || parts !== this.#parts || part !== this.#next) {
      throw new Refused('gone', 'This is not the part that comes next: begin again with part 0.');
    }
    for (const line of entries) {
      if (this.#last !== undefined && line <= this.#last) {
        throw new Refused('malformed', 'The lines are not in order, or one is there twice.');
      }
      this.#last = line;
    }
    this.#sum.add(entries);
    this.#sorter.take(entries);
    if (++this.#next < this.#parts) return undefined;
    if (this.#sum.text() !== this.digest) {
      throw new Refused('malformed', '`digest` is not that of the lines.');
    }
    return { digest, lines: this.#sorter.good, failed: this.#sorter.failed };
  }
}
