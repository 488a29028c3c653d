/** Counts open addresses without asking the kernel, so that the cap costs an open nothing. */
export class Ledger {
  /** Address → when its last service ends, in milliseconds of the monotonic clock. */
  #ends = new Map<string, number>();

  /** Whether the address fits, if there may be `most`; one that is open already always does. */
  fits(address: string, most: number): boolean {
    if (this.#ends.has(address) || this.#ends.size < most) return true;
    const now = performance.now();
    for (const [known, end] of this.#ends) if (end <= now) this.#ends.delete(known);
    return this.#ends.size < most;
  }

  note(address: string, services: readonly { readonly seconds: number }[]): void {
    const longest = Math.max(...services.map(({ seconds }) => seconds));
    this.#ends.set(address, performance.now() + longest * 1000);
  }

  drop(address: string): void {
    this.#ends.delete(address);
  }

  /** Begins anew from what the kernel has. */
  reset(opened: readonly { address: string; services: readonly { seconds: number }[] }[]): void {
    this.#ends = new Map();
    for (const { address, services } of opened) this.note(address, services);
  }
}
