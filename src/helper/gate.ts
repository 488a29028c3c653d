import type {
  WireLimits,
  WireOpened,
  WireOpening,
  WireReport,
  WireTimings,
} from '../firewall/wire.ts';
import { checkAddress, checkOpening, Refused, tooMany } from '../firewall/wire-rules.ts';
import type { Backend } from './backend.ts';
import type { HelperConfig } from './config/config.ts';
import { detailsOf } from './config/services.ts';
import type { Edit } from './edit.ts';
import { haltWords, type Halt } from './halt.ts';
import { Ledger } from './ledger.ts';
import { syncGate } from './sync.ts';
import { Turns } from './turns.ts';

/** How long packets are counted where asking is cheap: longer than a telephone call lasts. Seconds. */
const freshFor = 900;

export function limitsOf(config: HelperConfig): WireLimits {
  const { services, longest, mostAddresses, networks, standing } = config;
  return {
    services: services.map(({ name }) => name),
    details: detailsOf(services),
    longest,
    mostAddresses,
    networks,
    ...(standing.most > 0 && { standing }),
  };
}

/** Of a list that takes longer nobody can say what the time was in it. Milliseconds. */
const slow = 2000;

/** What a count found: `unsure` where it differs and nobody need have changed it but us, or the clock. */
export type Found = 'as left' | 'changed' | 'unsure';

const all = (services: readonly string[], address: string): Map<string, string[]> =>
  new Map(services.map((service) => [service, [address]]));

const micro = (from: number, to: number): number => Math.round((to - from) * 1000);

/**
 * Opens, closes, lists and syncs, one at a time. Checks every request again,
 * whoever sent it: everything that reaches nftables has passed wire-rules.
 */
export class Gate {
  readonly limits: WireLimits;
  readonly #backend: Backend;
  readonly #halt: Halt;
  readonly #doubt: (why: string) => void;
  readonly #standIn: readonly string[];
  readonly #ledger = new Ledger();
  readonly #turns = new Turns();
  /** Whether something of ours may have been carried out of which we were not told. */
  #unsure = false;

  /** `doubt` is told when nobody knows what the kernel has now. */
  constructor(config: HelperConfig, backend: Backend, halt: Halt, doubt: (why: string) => void) {
    this.limits = limitsOf(config);
    this.#backend = backend;
    this.#halt = halt;
    this.#doubt = doubt;
    this.#standIn = config.standIn === undefined ? [] : [config.standIn];
  }

  /** `receivedAt` is of the monotonic clock, in milliseconds. */
  open(opening: WireOpening, receivedAt: number): Promise<WireTimings> {
    return this.#change(async () => {
      checkOpening(opening, this.limits);
      this.#halt.check();
      const { address, services } = opening;
      if (!this.#ledger.fits(address, this.limits.mostAddresses)) throw tooMany(this.limits);
      const began = performance.now();
      const unwanted = this.limits.services.filter((s) => !services.some((w) => w.service === s));
      const longest = Math.max(...services.map(({ seconds }) => seconds));
      const edit: Edit = {
        renew: new Map(services.map(({ service, seconds }) => [service, [{ address, seconds }]])),
        remove: all(unwanted, address),
        ends: all(
          this.#ledger.services(address).filter((service) => unwanted.includes(service)),
          address,
        ),
        visits: [{ address, seconds: longest }],
        fresh: [{ address, seconds: Math.min(longest, freshFor) }],
        stale: [],
      };
      const applied = this.#ledger.has(address)
        ? this.#backend.apply(edit)
        : this.#backend.applyFirst(edit, !this.#ledger.remembers(address));
      await applied.catch(async (error: unknown) => {
        if (error instanceof Refused && error.code === 'unconfirmed') await this.#undo(address);
        throw error;
      });
      this.#ledger.note(address, services);
      const done = performance.now();
      return {
        waited: micro(receivedAt, began),
        kernel: micro(began, done),
        total: micro(receivedAt, done),
      };
    });
  }

  close(address: string): Promise<void> {
    return this.#change(async () => {
      checkAddress(address);
      this.#halt.check();
      await this.#backend.apply(this.#closing(address, this.#ledger.services(address)));
      this.#ledger.drop(address);
    });
  }

  /** Let in since the address was last opened; 0 when it is not open. */
  async packetsFrom(address: string): Promise<number> {
    checkAddress(address);
    if (!this.#ledger.has(address)) return 0;
    const lately = await this.#backend.packetsFrom(address);
    if (lately !== undefined) return lately;
    const services =
      (await this.#backend.list()).find((one) => one.address === address)?.services ?? [];
    return services.reduce((sum, { packets }) => sum + packets, 0);
  }

  /** The limits, with what the administrator should know. */
  told(): WireLimits {
    const { reason } = this.#halt;
    const now = reason === undefined ? this.#backend.warnings() : [haltWords[reason]];
    const warnings = [...this.#standIn, ...now];
    const armed = this.#backend.armed?.();
    return {
      ...this.limits,
      ...(warnings.length > 0 && { warnings }),
      ...(armed !== undefined && { guard: reason ?? armed }),
    };
  }

  /** Not in turn: an open does not wait for somebody's list. */
  list(): Promise<WireOpened[]> {
    return this.#backend.list();
  }

  /** Counts what is open; whether it is what we left open. Others may have changed it. */
  recount(): Promise<Found> {
    return this.#turns.take(() => this.#count());
  }

  sync(openings: readonly WireOpening[]): Promise<WireReport> {
    return this.#change(async () => {
      this.#halt.check();
      const report = await syncGate(openings, this.limits, {
        list: () => this.#backend.list(),
        apply: (edit, addresses) => this.#backend.apply(edit, 1500 + 10 * addresses),
      });
      if (report.opened.length + report.closed.length > 0) await this.#count();
      return report;
    });
  }

  async #count(): Promise<Found> {
    const began = performance.now();
    const opened = await this.#backend.list();
    const sure = !this.#unsure && performance.now() - began < slow;
    const matched = this.#ledger.matches(opened);
    this.#ledger.reset(opened);
    this.#unsure = false;
    if (matched) return 'as left';
    return sure ? 'changed' : 'unsure';
  }

  /** One change at a time; of one whose end nobody knows, the next count shall not speak ill of others. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(() =>
      work().catch((error: unknown) => {
        if (error instanceof Refused && error.code === 'unconfirmed') this.#unsure = true;
        throw error;
      }),
    );
  }

  /** `open` are the services that it may use until now. */
  #closing(address: string, open: readonly string[]): Edit {
    return {
      renew: new Map(),
      remove: all(this.limits.services, address),
      ends: all(open, address),
      visits: [],
      fresh: [],
      stale: [address],
    };
  }

  /** An open that may have been carried out, and that nobody will hear of, must not stay. */
  async #undo(address: string): Promise<void> {
    const closing = this.#closing(address, this.limits.services);
    await this.#backend.apply(closing).catch(() => undefined);
    this.#doubt('An opening was not confirmed.');
  }
}
