import type { Listed } from './ipset-run.ts';

/**
 * What the sets held when we last knew. ipset carries a batch out line by line, so
 * one that fails half way must be undone, and for that one must know what was there.
 */
export class Mirror {
  /** Set → address → when it ends, in milliseconds of the monotonic clock. */
  readonly #sets = new Map<string, Map<string, number>>();
  #edits = 0;

  /** Counts edits, so that a list that was read during one is not taken for what is there now. */
  get edits(): number {
    return this.#edits;
  }

  took(set: string, listed: readonly Listed[], edits: number): void {
    if (edits !== this.#edits) return;
    const now = performance.now();
    this.#sets.set(
      set,
      new Map(listed.map(({ address, seconds }) => [address, now + seconds * 1000])),
    );
  }

  note(set: string, address: string, seconds: number | undefined): void {
    this.#edits++;
    const ends = this.#sets.get(set) ?? new Map<string, number>();
    this.#sets.set(set, ends);
    if (seconds === undefined) ends.delete(address);
    else ends.set(address, performance.now() + seconds * 1000);
  }

  /** Whole seconds that are left, or undefined when it was not there. */
  left(set: string, address: string): number | undefined {
    const end = this.#sets.get(set)?.get(address);
    const seconds = end === undefined ? 0 : Math.floor((end - performance.now()) / 1000);
    return seconds >= 1 ? seconds : undefined;
  }
}
