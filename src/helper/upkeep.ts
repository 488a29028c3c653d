import type { Backend } from './backend.ts';

/**
 * Puts right what is ours in the kernel. Made before the backend, which has its
 * transactions tried again after a repair.
 */
export class Upkeep {
  #backend: Pick<Backend, 'ensure'> | undefined;
  #lost: () => void = () => undefined;

  /** What is to be kept from now on, and who is told when elements of it were lost. */
  of(backend: Pick<Backend, 'ensure'>, lost: () => void): void {
    this.#backend = backend;
    this.#lost = lost;
  }

  /** Resolves when all stands again: true when elements were lost. */
  readonly repair = async (): Promise<boolean> => {
    const lost = (await this.#backend?.ensure()) ?? false;
    if (lost) this.#lost();
    return lost;
  };
}
