import type { WireLimits } from '../../firewall/wire.ts';
import { Refused, tooMany } from '../../firewall/wire-rules.ts';
import type { Halt } from '../halt.ts';
import { NftLost, NftRefused, type NftShell } from './nft-shell.ts';

/** Carries out lines, each all or not at all, and says in the protocol's words what went wrong. */
export class Transactions {
  readonly #shell: NftShell;
  readonly #repair: () => Promise<unknown>;
  readonly #limits: WireLimits;
  readonly #halt: Halt;

  /** `repair` resolves when the guard stands again. */
  constructor(shell: NftShell, repair: () => Promise<unknown>, limits: WireLimits, halt: Halt) {
    this.#shell = shell;
    this.#halt = halt;
    this.#repair = repair;
    this.#limits = limits;
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#shell.madeBy(pid);
  }

  /** @throws Refused `kernel`, `too-many` (the kernel's own cap), `halted` or `unconfirmed` */
  async run(line: string, deadline?: number): Promise<void> {
    this.#halt.check();
    try {
      await this.#shell.run(line, deadline);
      return;
    } catch (error) {
      // the guard may have been flushed a moment ago: once it stands again, the same is tried again
      const flushed = error instanceof NftRefused && /No such file/.test(error.message);
      if (!flushed) throw this.#refusal(error);
    }
    await this.#repair();
    this.#halt.check();
    await this.#shell.run(line, deadline).catch((error: unknown) => {
      throw this.#refusal(error);
    });
  }

  /** False where nftables refused, which has changed nothing. @throws Refused `halted` or `unconfirmed` */
  async try(line: string): Promise<boolean> {
    this.#halt.check();
    try {
      await this.#shell.run(line);
      return true;
    } catch (error) {
      if (error instanceof NftRefused) return false;
      throw this.#refusal(error);
    }
  }

  #refusal(error: unknown): unknown {
    if (error instanceof NftRefused) {
      if (/Too many open files/.test(error.message)) return tooMany(this.#limits);
      return new Refused('kernel', `nftables refused: ${error.message}`);
    }
    if (error instanceof NftLost) {
      return new Refused('unconfirmed', `${error.message} Take it as not done.`);
    }
    return error;
  }
}
