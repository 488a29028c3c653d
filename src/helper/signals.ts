/** Tells whoever asked to hear of it, in the order in which they asked. */
export class Signal<Told extends readonly unknown[] = []> {
  readonly #hearers: ((...told: Told) => void)[] = [];

  hear(hearer: (...told: Told) => void): void {
    this.#hearers.push(hearer);
  }

  readonly tell = (...told: Told): void => {
    for (const hearer of this.#hearers) hearer(...told);
  };
}

/**
 * What parts of the helper tell others that are put together after them. Hearers
 * must not throw, and are done before `tell` returns.
 */
export class Signals {
  /** The gate may have lost elements, or nobody knows what it has: why, in words for every client. */
  readonly disturbed = new Signal<[why: string]>();
  /** Whatever stood in the kernel is there no more. */
  readonly emptied = new Signal();
  /** Somebody fights the guard. */
  readonly contested = new Signal();
}
