/** So many times within this time we put right what others did to what is ours; then somebody means it. Milliseconds. */
const mends = 3;
const span = 120_000;

/** Counts how often others alter or remove what is ours, a flush of the whole ruleset left out. */
export class Contest {
  #times: number[] = [];

  /** Notes one more; true when it is one too many. */
  another(now = performance.now()): boolean {
    this.#times = [...this.#times.filter((at) => at > now - span), now];
    return this.#times.length > mends;
  }

  forget(): void {
    this.#times = [];
  }
}
