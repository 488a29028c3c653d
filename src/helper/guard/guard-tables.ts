import { runNft } from '../nft/nft-run.ts';
import { slots, windowTable } from '../recording/window-rules.ts';

export interface Seen {
  /** The guard's rules without elements and counters; undefined when there is no such table. */
  readonly guard: string | undefined;
  /** Whether the witness is there. */
  readonly witness: boolean;
  readonly births: Births;
}

/** The kernel's handles of both tables, which it gives to no table twice; undefined of one that is not there. */
export interface Births {
  readonly guard: string | undefined;
  readonly witness: string | undefined;
}

/**
 * The witness is an empty table beside the guard. Where both are gone, the whole
 * ruleset was flushed, as a reload of a firewall does; where the guard alone is gone,
 * somebody meant the guard.
 */
export const witnessTable = (table: string): string => `${table}_witness`;

/** All tables that belong to the helper, in family inet. */
export const ownTables = (table: string): string[] => [
  table,
  witnessTable(table),
  ...slots.map((slot) => windowTable(table, slot)),
];

/** The guard's tables in the kernel: seen, altered, removed. */
export class GuardTables {
  readonly #nft: string;
  readonly #table: string;
  #builders: number[] = [];

  constructor(nft: string, table: string) {
    this.#nft = nft;
    this.#table = table;
  }

  get witnessLine(): string {
    return `add table inet ${witnessTable(this.#table)}`;
  }

  /** nft 1.0.6 reads all elements of a table that it lists, though it prints none; of the whole ruleset it does not. */
  async see(): Promise<Seen> {
    const args = ['-a', '-s', '-t', 'list', 'ruleset', 'inet'];
    const { status, output, errors } = await runNft(this.#nft, args);
    if (status !== 0) throw new Error(`nft cannot list the guard: ${errors.trim()}`);
    const births = {
      guard: birthOf(output, this.#table),
      witness: birthOf(output, witnessTable(this.#table)),
    };
    const all = `\n${output.replace(handle, '')}`;
    const from = all.indexOf(`\ntable inet ${this.#table} {\n`);
    return {
      guard: from < 0 ? undefined : all.slice(from + 1, all.indexOf('\n}\n', from) + 3),
      witness: births.witness !== undefined,
      births,
    };
  }

  /** One transaction. */
  async apply(script: string): Promise<void> {
    const { status, errors } = await runNft(this.#nft, ['-f', '-'], `${script}\n`, (pid) => {
      this.#builders = [...this.#builders.slice(-9), pid];
    });
    if (status !== 0) throw new Error(`nft refuses the guard: ${errors.trim()}`);
  }

  remove(): Promise<void> {
    // a delete of what is not there fails, so it is put there first
    const lines = ownTables(this.#table).flatMap((table) => [
      `add table inet ${table}`,
      `delete table inet ${table}`,
    ]);
    return this.apply(lines.join('\n'));
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#builders.includes(pid);
  }
}

/** As `nft -a` ends a line. */
const handle = / # handle \d+$/gm;

function birthOf(listing: string, table: string): string | undefined {
  return new RegExp(`^table inet ${table} \\{ # handle (\\d+)$`, 'm').exec(listing)?.[1];
}
