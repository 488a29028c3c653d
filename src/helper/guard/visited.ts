import type { Timed } from '../edit.ts';
import { creation } from '../nft/element-lines.ts';
import { listSet } from '../nft/nft-list.ts';
import { TimedAddresses } from '../timed-addresses.ts';
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
  readonly #visited = new TimedAddresses(most);

  constructor(nft: string, table: string) {
    this.#nft = nft;
    this.#table = table;
  }

  /** They are let in for so long from now on. */
  note(visits: readonly Timed[]): void {
    this.#visited.note(
      visits.map(({ address, seconds }) => ({ address, seconds: seconds + memory })),
    );
  }

  /** Takes over what stands in the kernel. Never rejects: of a table that has no such sets it is nobody. */
  async adopt(): Promise<void> {
    for (const kind of kinds) {
      const listed = await listSet(this.#nft, this.#table, visitedSet(kind)).catch(() => []);
      const there = listed.map(({ key, seconds }) => ({ address: addressOf(key, kind), seconds }));
      this.#visited.note(there.filter(({ address }) => !this.#visited.has(address)));
    }
  }

  /** What puts them into empty sets. */
  lines(): string[] {
    const left = this.#visited.left().filter(({ seconds }) => seconds >= 1);
    return creation(within(this.#table)(visitedSet), left);
  }
}
