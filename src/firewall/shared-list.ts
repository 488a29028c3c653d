/** How long a list is good for others who ask. Milliseconds from when it was read. */
const sharedFor = 500;

interface Reading<T> {
  readonly list: Promise<T>;
  /** Undefined while it is under way. */
  readAt: number | undefined;
  /** Whether something was changed after it began. */
  outdated: boolean;
}

/**
 * A list that is dear to read, read as seldom as is right: whoever asks shares the reading that is
 * under way, or the last one while it is young, unless something was changed since it began. One
 * reading goes on at a time, and one more waits for its end; so however many ask, and however
 * much is changed meanwhile, nobody waits for more than two.
 */
export class SharedList<T> {
  readonly #read: () => Promise<T>;
  /** Milliseconds of a clock that nobody sets. */
  readonly #steady: () => number;
  #latest: Reading<T> | undefined;
  /** Begins when the latest has ended, and so sees whatever was changed until then. */
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>, steady: () => number = () => performance.now()) {
    this.#read = read;
    this.#steady = steady;
  }

  /** Nothing that was read, or is being read, is good for those who ask from now on. */
  changed(): void {
    if (this.#latest) this.#latest.outdated = true;
  }

  get(): Promise<T> {
    if (this.#next) return this.#next;
    if (!this.#latest) return this.#begin();
    const { list, readAt, outdated } = this.#latest;
    if (readAt === undefined) {
      if (!outdated) return list;
      const begin = (): Promise<T> => this.#begin();
      return (this.#next = list.then(begin, begin));
    }
    return !outdated && this.#steady() - readAt < sharedFor ? list : this.#begin();
  }

  #begin(): Promise<T> {
    this.#next = undefined;
    const reading: Reading<T> = { list: this.#read(), readAt: undefined, outdated: false };
    this.#latest = reading;
    const ended = (): void => {
      reading.readAt = this.#steady();
    };
    const failed = (): void => {
      ended();
      reading.outdated = true;
    };
    reading.list.then(ended, failed);
    return reading.list;
  }
}
