/** What is to be proved, told as it comes. */
export class Proof {
  readonly #out: (line: string) => void;
  #proved = 0;
  #failed = 0;

  constructor(out: (line: string) => void) {
    this.#out = out;
  }

  get failed(): number {
    return this.#failed;
  }

  title(text: string): void {
    this.#out(`\n${text}`);
  }

  /** `shown` is what was seen. */
  that(what: string, holds: boolean, shown = ''): void {
    if (holds) this.#proved++;
    else this.#failed++;
    const seen =
      shown === ''
        ? ''
        : `: ${shown
            .split('\n')
            .join(' | ')
            .slice(0, holds ? 200 : 2000)}`;
    this.#out(`${holds ? 'ok' : '--'} ${what}${seen}`);
  }

  close(): number {
    this.#out(`\n${this.#proved} passed, ${this.#failed} failed`);
    return this.#failed === 0 ? 0 : 1;
  }
}
