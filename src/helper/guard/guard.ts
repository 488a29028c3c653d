import { createHash } from 'node:crypto';
import type { HelperConfig } from '../config/config.ts';
import type { Contest } from '../contest.ts';
import type { Halt } from '../halt.ts';
import type { Log } from '../log.ts';
import { listSet } from '../nft/nft-list.ts';
import { Turns } from '../turns.ts';
import { armedLine, armedSet, armLine, holds, type Hold } from './armed-set.ts';
import { GuardTables, type Births, type Seen } from './guard-tables.ts';
import { rulesetOf } from './ruleset.ts';
import type { Visited } from './visited.ts';

/** What a look at the guard found: as it should be or left alone, or rebuilt (its elements are lost). */
export type Found = 'intact' | 'rebuilt';

export interface GuardParts {
  readonly nft: string;
  readonly config: HelperConfig;
  readonly visited: Visited;
  readonly halt: Halt;
  readonly contest: Contest;
  /** Told when somebody fights us; must halt before it returns. */
  readonly contested: () => void;
  /** Told when the guard has been built, empty. */
  readonly built: () => void;
  readonly log: Log;
}

/**
 * Keeps the guard's rules in the kernel. A shape is told by what nft itself
 * lists, so that no version's way of writing rules matters: after building, the
 * listing's hash is left in the table as the name of an empty chain.
 */
export class Guard {
  readonly #parts: GuardParts;
  readonly #table: string;
  readonly #script: string;
  readonly #tables: GuardTables;
  readonly #turns = new Turns();
  /** Until when strangers are turned away, in milliseconds of the monotonic clock; null for good. */
  #until: number | null = 0;
  /** What is there may be another version's, or half of our own: nobody's fault. */
  #unfinished = true;
  /** Of the tables as we left them. */
  #births: Births | undefined;
  #looking: Promise<Found> | undefined;
  #again: Promise<Found> | undefined;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    this.#table = parts.config.table;
    this.#script = rulesetOf(parts.config);
    this.#tables = new GuardTables(parts.nft, parts.config.table);
  }

  /**
   * Looks, and rebuilds in one transaction whatever is not as it should be.
   * Callers during a look wait for one that begins after it: the change that made
   * them call may have come after the look had read the kernel.
   */
  ensure(): Promise<Found> {
    if (!this.#looking) {
      this.#looking = this.#turns
        .take(() => this.#look())
        .finally(() => (this.#looking = undefined));
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

  /** What the next look will see to. */
  wish(hold: Hold): void {
    this.#until = hold === null ? null : performance.now() + hold * 1000;
  }

  /** Turns strangers away for so long, from now on. Rejects when the kernel did not confirm: then it is as before. */
  hold(hold: Hold): Promise<void> {
    return this.#turns.take(() =>
      this.#wishing(hold, async () => {
        const { guard } = await this.#tables.see();
        if (guard !== undefined && this.#isSound(guard)) await this.#rearm();
        else await this.#rebuild();
      }),
    );
  }

  /** Turns nobody away any more, in whatever shape the guard is, and though it be halted. Rejects as `hold` does. */
  release(): Promise<void> {
    return this.#turns.take(() =>
      this.#wishing(0, async () => {
        const { guard } = await this.#tables.see();
        if (guard?.includes(`set ${armedSet} {`)) await this.#rearm();
        else if (guard !== undefined) await this.#tables.remove();
      }),
    );
  }

  /** Takes away all that is ours. To be halted first, or it comes back. */
  remove(): Promise<void> {
    return this.#turns.take(() => this.#tables.remove());
  }

  /** Begins to count anew how often others interfere. */
  forgive(): void {
    this.#parts.contest.forget();
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#tables.madeBy(pid);
  }

  /** What is not carried out is wished no more: the next look would do it, though its caller was told otherwise. */
  async #wishing(hold: Hold, carryOut: () => Promise<void>): Promise<void> {
    const before = this.#until;
    this.wish(hold);
    try {
      await carryOut();
    } catch (error) {
      this.#until = before;
      throw error;
    }
  }

  async #look(): Promise<Found> {
    if (this.#parts.halt.reason) return 'intact';
    const seen = await this.#tables.see();
    const { guard, witness } = seen;
    // who was let in by a helper before us, or by one of another configuration
    if (this.#unfinished && guard !== undefined) await this.#parts.visited.adopt();
    if (guard !== undefined && this.#isSound(guard) && !this.#isAnother(seen)) {
      this.#unfinished = false;
      this.#births = witness ? seen.births : await this.#witnessAgain(seen);
      await this.#lookArmed();
      return 'intact';
    }
    if (!this.#isFlushed(seen) && this.#isFought()) return 'intact';
    await this.#rebuild();
    return 'rebuilt';
  }

  /** Whether it is not the table that we left: rules that were saved bring back who was in it then. */
  #isAnother({ births }: Seen): boolean {
    return !this.#unfinished && births.guard !== this.#births?.guard;
  }

  /** Whether neither table is there any more, though others may be in their place. */
  #isFlushed({ births: { guard, witness } }: Seen): boolean {
    if (guard === undefined && witness === undefined) return true;
    return guard !== this.#births?.guard && witness !== this.#births?.witness;
  }

  async #witnessAgain({ births: { guard } }: Seen): Promise<Births> {
    await this.#tables.apply(this.#tables.witnessLine);
    const { births } = await this.#tables.see();
    return { guard, witness: births.witness };
  }

  async #lookArmed(): Promise<void> {
    const listed = await listSet(this.#parts.nft, this.#table, armedSet);
    if (holds(listed, this.#left()) || this.#isFought()) return;
    await this.#rearm();
    this.#parts.log('guard-rearmed', { message: `Others had changed the set ${armedSet}.` });
  }

  #isFought(): boolean {
    if (this.#unfinished || !this.#parts.contest.another()) return false;
    this.#parts.contested();
    return true;
  }

  #isSound(listing: string): boolean {
    const { mark, shape } = takeMark(listing);
    return mark !== undefined && mark === this.#markOf(shape);
  }

  async #rebuild(): Promise<void> {
    this.#unfinished = true;
    const build = (more: readonly string[]): Promise<void> => {
      const lines = [this.#tables.witnessLine, ...armLine(this.#table, this.#left()), ...more];
      return this.#tables.apply(`${this.#script}${lines.join('\n')}\n`);
    };
    const visited = this.#parts.visited.lines();
    await build(visited).catch((error: unknown) => {
      if (visited.length === 0) throw error;
      // better a guard that remembers nobody than none
      return build([]);
    });
    const { guard, births } = await this.#tables.see();
    if (guard === undefined) throw new Error('The guard was removed while it was being built.');
    await this.#tables.apply(
      `add chain inet ${this.#table} ${this.#markOf(takeMark(guard).shape)}`,
    );
    this.#unfinished = false;
    this.#births = births;
    this.#parts.built();
    this.#parts.log('guard-built', { table: this.#table });
  }

  #rearm(): Promise<void> {
    return this.#tables.apply(armedLine(this.#table, this.#left()));
  }

  #left(): Hold {
    if (this.#until === null) return null;
    return Math.max(0, (this.#until - performance.now()) / 1000);
  }

  #markOf(shape: string): string {
    return `shape_${createHash('sha256').update(this.#script).update(shape).digest('hex').slice(0, 32)}`;
  }
}

function takeMark(listing: string): { mark: string | undefined; shape: string } {
  const chain = /\n*\tchain (shape_[0-9a-f]{32}) \{\n\t\}\n/;
  return {
    mark: chain.exec(listing)?.[1],
    shape: listing.replace(chain, '\n').replace(/\n+/g, '\n'),
  };
}
