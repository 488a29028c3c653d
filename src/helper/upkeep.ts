import type { Backend } from './backend.ts';

/**
 * Puts right what is ours in the kernel. Made before the backend, which has its
 * transactions tried again after a repair.
 */
export class Upkeep {
  #backend: Pick<Backend, 'ensure'> | undefined;
  #lost: () => void = () => undefined;
  #losses = 0;

  /** What is to be kept from now on, and who is told when elements of it were lost. */
  of(backend: Pick<Backend, 'ensure'>, lost: () => void): void {
    this.#backend = backend;
    this.#lost = lost;
  }

  /** How often elements were lost, whoever found it. */
  get losses(): number {
    return this.#losses;
  }

  /** Resolves when all stands again. */
  readonly repair = async (): Promise<void> => {
    if (!(await this.#backend?.ensure())) return;
    this.#losses++;
    this.#lost();
  };
}
