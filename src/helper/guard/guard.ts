import { createHash } from 'node:crypto';
import type { HelperConfig } from '../config/config.ts';
import type { Log } from '../log.ts';
import { runNft } from '../nft/nft-run.ts';
import { rulesetOf } from './ruleset.ts';

/** What a look at the guard found: as it should be, or rebuilt (its elements are lost). */
export type Found = 'intact' | 'rebuilt';

/** More rebuilds than this within a minute are somebody fighting us, and are said aloud. */
const many = 10;

/**
 * Keeps the guard's rules in the kernel. A shape is told by what nft itself
 * lists, so that no version's way of writing rules matters: after building, the
 * listing's hash is left in the table as the name of an empty chain.
 */
export class Guard {
  readonly #nft: string;
  readonly #table: string;
  readonly #script: string;
  readonly #log: Log;
  #builders: number[] = [];
  #rebuilds: number[] = [];
  #looking: Promise<Found> | undefined;
  #again: Promise<Found> | undefined;

  constructor(nft: string, config: HelperConfig, log: Log) {
    this.#nft = nft;
    this.#table = config.table;
    this.#script = rulesetOf(config);
    this.#log = log;
  }

  /**
   * Looks, and rebuilds in one transaction whatever is not as it should be.
   * Callers during a look wait for one that begins after it: the change that made
   * them call may have come after the look had read the kernel.
   */
  ensure(): Promise<Found> {
    if (!this.#looking) {
      this.#looking = this.#look().finally(() => (this.#looking = undefined));
      return this.#looking;
    }
    this.#again ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#again = undefined;
        return this.ensure();
      });
    return this.#again;
  }

  async #look(): Promise<Found> {
    if (await this.#isIntact()) return 'intact';
    await this.#rebuild();
    return 'rebuilt';
  }

  async #isIntact(): Promise<boolean> {
    const listing = await this.#listing();
    if (listing === undefined) return false;
    const { mark, shape } = takeMark(listing);
    return mark !== undefined && mark === this.#markOf(shape);
  }

  async #rebuild(): Promise<void> {
    await this.#apply(this.#script);
    const listing = await this.#listing();
    if (listing === undefined) throw new Error('The guard was removed while it was being built.');
    await this.#apply(`add chain inet ${this.#table} ${this.#markOf(takeMark(listing).shape)}\n`);
    const now = Date.now();
    this.#rebuilds = [...this.#rebuilds.filter((at) => at > now - 60_000), now];
    this.#log('guard-built', { table: this.#table });
    if (this.#rebuilds.length > many) {
      this.#log('guard-contested', {
        rebuilds: this.#rebuilds.length,
        message: `Something keeps altering table inet ${this.#table}; find it with "nft monitor".`,
      });
    }
  }

  #markOf(shape: string): string {
    return `shape_${createHash('sha256').update(this.#script).update(shape).digest('hex').slice(0, 32)}`;
  }

  /** The rules without elements and counters; undefined when there is no such table. */
  async #listing(): Promise<string | undefined> {
    const args = ['-s', '-t', 'list', 'table', 'inet', this.#table];
    const { status, output, errors } = await runNft(this.#nft, args);
    if (status === 0) return output;
    if (/No such file or directory/.test(errors)) return undefined;
    throw new Error(`nft cannot list the guard: ${errors.trim()}`);
  }

  async #apply(script: string): Promise<void> {
    const { status, errors } = await runNft(this.#nft, ['-f', '-'], script, (pid) => {
      this.#builders = [...this.#builders.slice(-9), pid];
    });
    if (status !== 0) throw new Error(`nft refuses the guard: ${errors.trim()}`);
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#builders.includes(pid);
  }
}

function takeMark(listing: string): { mark: string | undefined; shape: string } {
  const chain = /\n*\tchain (shape_[0-9a-f]{32}) \{\n\t\}\n/;
  return {
    mark: chain.exec(listing)?.[1],
    shape: listing.replace(chain, '\n').replace(/\n+/g, '\n'),
  };
}
