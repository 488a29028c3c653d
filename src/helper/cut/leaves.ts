/** An address and a service whose connections are to be cut. */
export interface Due {
  readonly address: string;
  readonly service: string;
}

/**
 * Until when everybody may use each service, in milliseconds of one clock. An entry
 * stays after its end until it is said to be done.
 */
export class Leaves {
  readonly #ends = new Map<string, Map<string, number>>();
  readonly #linger: number;

  /** `linger` in milliseconds: connections may go on for so long after the end. */
  constructor(linger: number) {
    this.#linger = linger;
  }

  set(address: string, service: string, end: number): void {
    const services = this.#ends.get(address) ?? new Map<string, number>();
    this.#ends.set(address, services.set(service, end));
  }

  /** Ends what was known to be open, now at the latest; whether there was anything to end. */
  end(address: string, service: string, now: number): boolean {
    const end = this.#ends.get(address)?.get(service);
    if (end !== undefined) this.set(address, service, Math.min(end, now));
    return end !== undefined;
  }

  get addresses(): string[] {
    return [...this.#ends.keys()];
  }

  /** When the last of its services ends. */
  lastEnd(address: string): number {
    return Math.max(-Infinity, ...(this.#ends.get(address)?.values() ?? []));
  }

  /** Whether connections of the address with the service may stand, now. */
  covers(address: string, service: string, now: number): boolean {
    const end = this.#ends.get(address)?.get(service);
    return end !== undefined && end + this.#linger > now;
  }

  due(now: number): Due[] {
    return [...this.#ends].flatMap(([address, services]) =>
      [...services]
        .filter(([, end]) => end + this.#linger <= now)
        .map(([service]) => ({ address, service })),
    );
  }

  /** When something is due next; undefined when never. */
  next(): number | undefined {
    let next: number | undefined;
    for (const services of this.#ends.values()) {
      for (const end of services.values()) next = Math.min(next ?? Infinity, end + this.#linger);
    }
    return next;
  }

  /** Forgets what was due, unless it has been opened again; gives back the addresses of which nothing is left. */
  done(dues: readonly Due[], now: number): string[] {
    return dues
      .filter(({ address, service }) => {
        const services = this.#ends.get(address);
        if (!services || this.covers(address, service, now)) return false;
        services.delete(service);
        if (services.size === 0) this.#ends.delete(address);
        return services.size === 0;
      })
      .map(({ address }) => address);
  }
}
