import type { WireOpened, WireOpening, WireService } from '../firewall/wire.ts';
import { changesBetween } from '../firewall/wire-compare.ts';

const mostKnown = 100_000;

/**
 * What the kernel should hold, kept so that the cap on addresses costs an open
 * nothing, and that changes by others can be told from our own.
 */
export class Ledger {
  /** Address → service → when it ends, in milliseconds of the monotonic clock. */
  #ends = new Map<string, ReadonlyMap<string, number>>();
  /** Whoever the kernel may remember, as far as we do. */
  readonly #known = new Set<string>();

  /** Whether the address fits, if there may be `most`; one that is open already always does. */
  fits(address: string, most: number): boolean {
    if (this.#ends.has(address) || this.#ends.size < most) return true;
    const now = performance.now();
    for (const [known, services] of this.#ends) {
      if ([...services.values()].every((end) => end <= now)) this.#ends.delete(known);
    }
    return this.#ends.size < most;
  }

  /** Whether anything should be open for the address now. */
  has(address: string): boolean {
    return this.services(address).length > 0;
  }

  /** What should be open for the address now. */
  services(address: string): string[] {
    const now = performance.now();
    const ends = [...(this.#ends.get(address) ?? [])];
    return ends.filter(([, end]) => end > now).map(([service]) => service);
  }

  note(address: string, services: readonly WireService[]): void {
    const now = performance.now();
    // forgetting costs a second try at an open, no more
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.add(address);
    this.#ends.set(
      address,
      new Map(services.map(({ service, seconds }) => [service, now + seconds * 1000])),
    );
  }

  /** Whether it was open at any time that we know of. */
  remembers(address: string): boolean {
    return this.#known.has(address);
  }

  drop(address: string): void {
    this.#ends.delete(address);
  }

  /** Begins anew from what the kernel has. */
  reset(opened: readonly WireOpened[]): void {
    this.#ends = new Map();
    for (const { address, services } of opened) this.note(address, services);
  }

  /** Whether the kernel holds what it should, but for what is just ending. */
  matches(opened: readonly WireOpened[]): boolean {
    return changesBetween(lasting(opened), lasting(this.#expected())).length === 0;
  }

  #expected(): WireOpening[] {
    const now = performance.now();
    return [...this.#ends].map(([address, services]) => ({
      address,
      services: [...services].map(([service, end]) => ({ service, seconds: (end - now) / 1000 })),
    }));
  }
}

/** Services with less time left than this may or may not be in the kernel any more. Seconds. */
const ending = 2;

function lasting(openings: readonly WireOpening[]): WireOpening[] {
  return openings.map(({ address, services }) => ({
    address,
    services: services.filter(({ seconds }) => seconds > ending),
  }));
}
