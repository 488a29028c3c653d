import type { Timed } from '../edit.ts';
import { creation } from '../nft/element-lines.ts';
import { listSet } from '../nft/nft-list.ts';
import { within } from './elements.ts';
import { memory } from './ruleset.ts';
import { addressOf, kinds, visitedSet } from './sets.ts';

/** Of more, those that came first are forgotten: in the kernel there is room for as many, and for newcomers. */
const most = 60_000;

/**
 * Who may or might lately, as the kernel has it: to be put there again with a guard that
 * is built anew. Otherwise, after each flush, whoever was closed today would get in by
 * what the server sends them.
 */
export class Visited {
  readonly #nft: string;
  readonly #table: string;
  /** Until when, in milliseconds of the monotonic clock. */
  readonly #ends = new Map<string, number>();

  constructor(nft: string, table: string) {
    this.#nft = nft;
    this.#table = table;
  }

  /** They are let in for so long from now on. */
  note(visits: readonly Timed[]): void {
    this.#keep(visits.map(({ address, seconds }) => ({ address, seconds: seconds + memory })));
  }

  /** Takes over what stands in the kernel. Never rejects: of a table that has no such sets it is nobody. */
  async adopt(): Promise<void> {
    for (const kind of kinds) {
      const listed = await listSet(this.#nft, this.#table, visitedSet(kind)).catch(() => []);
      const known = (address: string): boolean => this.#ends.has(address);
      const there = listed.map(({ key, seconds }) => ({ address: addressOf(key, kind), seconds }));
      this.#keep(there.filter(({ address }) => !known(address)));
    }
  }

  /** What puts them into empty sets. */
  lines(): string[] {
    const now = performance.now();
    const left = [...this.#ends]
      .map(([address, end]) => ({ address, seconds: (end - now) / 1000 }))
      .filter(({ seconds }) => seconds >= 1);
    return creation(within(this.#table)(visitedSet), left);
  }

  #keep(some: readonly Timed[]): void {
    const now = performance.now();
    for (const { address, seconds } of some) {
      this.#ends.delete(address); // so that it comes last
      this.#ends.set(address, now + seconds * 1000);
    }
    const surplus = this.#ends.size - most;
    if (surplus <= 0) return;
    for (const address of [...this.#ends.keys()].slice(0, surplus)) this.#ends.delete(address);
  }
}
