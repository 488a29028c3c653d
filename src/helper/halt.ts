import { Refused } from '../firewall/wire-rules.ts';

export type HaltReason = 'contested' | 'restored';

/** What each means, and what a person can do about it. */
export const haltWords: Readonly<Record<HaltReason, string>> = {
  contested:
    'What dialgate keeps in the firewall was removed or altered again and again, so it is left alone: find out by whom ("nft monitor"), then run "dialgate guard resume" (a guard of its own can be switched off: "dialgate guard disable").',
  restored:
    'The guard was taken away by "dialgate guard restore": "dialgate guard enable" brings it back.',
};

/** While it lasts, the helper keeps its hands off the kernel, and says why to whoever asks. */
export class Halt {
  #reason: HaltReason | undefined;

  get reason(): HaltReason | undefined {
    return this.#reason;
  }

  set(reason: HaltReason | undefined): void {
    this.#reason = reason;
  }

  /** @throws Refused `halted` */
  check(): void {
    if (this.#reason) throw new Refused('halted', haltWords[this.#reason]);
  }
}
