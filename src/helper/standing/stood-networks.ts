import type { StoodNetwork } from './place.ts';

/** Of more, those that end first are forgotten: a flow that we began may then go on to its end. */
const most = 10_000;

/** Networks that stood, or stand for a time: they get in by their elements alone. */
export class StoodNetworks {
  /** Until when, in Unix seconds. */
  #ends = new Map<string, number>();

  begin(ends: readonly (readonly [string, number])[]): void {
    this.#ends = new Map(ends);
  }

  note(network: string, until: number): void {
    this.#ends.set(network, until);
  }

  all(): [string, number][] {
    return [...this.#ends];
  }

  /** Those that have not ended, with what they have left. */
  left(now: number): StoodNetwork[] {
    const lasting = [...this.#ends].filter(([, until]) => until > now);
    const kept =
      lasting.length > most ? lasting.sort((a, b) => b[1] - a[1]).slice(0, most) : lasting;
    this.#ends = new Map(kept);
    return kept.map(([network, until]) => ({ network, seconds: until - now }));
  }
}
