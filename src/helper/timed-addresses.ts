import type { Timed } from './edit.ts';

/** Addresses with what time they have left, the latest last; of more than there may be, the first are forgotten. */
export class TimedAddresses {
  readonly #most: number;
  /** Until when, in milliseconds of the monotonic clock. */
  readonly #ends = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** From now on for so many seconds, whatever was said before. */
  note(some: readonly Timed[]): void {
    const now = performance.now();
    for (const { address, seconds } of some) {
      this.#ends.delete(address); // so that it comes last
      this.#ends.set(address, now + seconds * 1000);
    }
    const surplus = Math.max(0, this.#ends.size - this.#most);
    for (const address of [...this.#ends.keys()].slice(0, surplus)) this.#ends.delete(address);
  }

  drop(addresses: readonly string[]): void {
    for (const address of addresses) this.#ends.delete(address);
  }

  has(address: string): boolean {
    return this.#ends.has(address);
  }

  /** All that are remembered, ended ones too. */
  all(): string[] {
    return [...this.#ends.keys()];
  }

  /** Those that have not ended, with what they have left. */
  left(): Timed[] {
    const now = performance.now();
    return [...this.#ends]
      .filter(([, end]) => end > now)
      .map(([address, end]) => ({ address, seconds: (end - now) / 1000 }));
  }
}
