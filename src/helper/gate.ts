import type {
  WireLimits,
  WireOpened,
  WireOpening,
  WireReport,
  WireTimings,
} from '../firewall/wire.ts';
import { checkAddress, checkOpening, Refused, tooMany } from '../firewall/wire-rules.ts';
import type { HelperConfig } from './config/config.ts';
import { editLine, firstEditLine, openedOf, type Edit } from './guard/elements.ts';
import { Fresh } from './guard/fresh.ts';
import { Ledger } from './ledger.ts';
import { listSet, type Listed } from './nft/nft-list.ts';
import { kinds, openSet } from './guard/sets.ts';
import { syncGate } from './sync.ts';
import type { Transactions } from './nft/transactions.ts';
import { Turns } from './turns.ts';

export interface GateEvents {
  /** The kernel says that something is missing: resolves when the guard stands again. */
  readonly repair: () => Promise<unknown>;
  /** Nobody knows what the kernel has now. */
  readonly doubt: (why: string) => void;
}

/** How long packets are counted where asking is cheap: longer than a telephone call lasts. Seconds. */
const freshFor = 900;

export function limitsOf(config: HelperConfig): WireLimits {
  const { services, longest, mostAddresses, networks } = config;
  return { services: services.map(({ name }) => name), longest, mostAddresses, networks };
}

const micro = (from: number, to: number): number => Math.round((to - from) * 1000);

/**
 * Opens, closes, lists and syncs, one at a time. Checks every request again,
 * whoever sent it: everything that reaches nftables has passed wire-rules.
 */
export class Gate {
  readonly limits: WireLimits;
  readonly #nft: string;
  readonly #table: string;
  readonly #transactions: Transactions;
  readonly #events: GateEvents;
  readonly #ledger = new Ledger();
  readonly #fresh: Fresh;
  readonly #turns = new Turns();

  constructor(nft: string, config: HelperConfig, transactions: Transactions, events: GateEvents) {
    this.limits = limitsOf(config);
    this.#nft = nft;
    this.#table = config.table;
    this.#transactions = transactions;
    this.#events = events;
    this.#fresh = new Fresh(nft, config.table);
  }

  /** `receivedAt` is of the monotonic clock, in milliseconds. */
  open(opening: WireOpening, receivedAt: number): Promise<WireTimings> {
    return this.#turns.take(async () => {
      checkOpening(opening, this.limits);
      const { address, services } = opening;
      if (!this.#ledger.fits(address, this.limits.mostAddresses)) throw tooMany(this.limits);
      const began = performance.now();
      const unwanted = this.limits.services.filter((s) => !services.some((w) => w.service === s));
      const longest = Math.max(...services.map(({ seconds }) => seconds));
      const edit: Edit = {
        renew: new Map(services.map(({ service, seconds }) => [service, [{ address, seconds }]])),
        remove: new Map(unwanted.map((service) => [service, [address]])),
        visits: [{ address, seconds: longest }],
        fresh: [{ address, seconds: Math.min(longest, freshFor) }],
        stale: [],
      };
      const applied = this.#ledger.has(address)
        ? this.#apply(edit)
        : this.#applyFirst(address, edit);
      await applied.catch(async (error: unknown) => {
        if (error instanceof Refused && error.code === 'unconfirmed') await this.#undo(address);
        throw error;
      });
      this.#ledger.note(address, services);
      this.#fresh.changed();
      const done = performance.now();
      return {
        waited: micro(receivedAt, began),
        kernel: micro(began, done),
        total: micro(receivedAt, done),
      };
    });
  }

  close(address: string): Promise<void> {
    return this.#turns.take(async () => {
      checkAddress(address);
      await this.#apply(this.#closing(address));
      this.#ledger.drop(address);
      this.#fresh.changed();
    });
  }

  /** Let in since the address was last opened; 0 when it is not open. */
  async packetsFrom(address: string): Promise<number> {
    checkAddress(address);
    if (!this.#ledger.has(address)) return 0;
    const lately = await this.#fresh.packetsFrom(address).catch(() => undefined);
    if (lately !== undefined) return lately;
    const services = (await this.#opened()).find((one) => one.address === address)?.services ?? [];
    return services.reduce((sum, { packets }) => sum + packets, 0);
  }

  /** Not in turn: an open does not wait for somebody's list. */
  list(): Promise<WireOpened[]> {
    return this.#opened();
  }

  /** Counts what is open; whether it is what we left open. Others may have changed it. */
  recount(): Promise<boolean> {
    return this.#turns.take(() => this.#count());
  }

  sync(openings: readonly WireOpening[]): Promise<WireReport> {
    return this.#turns.take(async () => {
      const report = await syncGate(openings, this.limits, {
        list: () => this.#opened(),
        apply: (edit, addresses) => this.#apply(edit, 1500 + 10 * addresses),
      });
      this.#fresh.changed();
      if (report.opened.length + report.closed.length > 0) await this.#count();
      return report;
    });
  }

  async #count(): Promise<boolean> {
    const opened = await this.#opened();
    const matched = this.#ledger.matches(opened);
    this.#ledger.reset(opened);
    return matched;
  }

  async #opened(): Promise<WireOpened[]> {
    const lists = this.limits.services.flatMap((service) =>
      kinds.map(async (kind) => ({
        service,
        kind,
        elements: await this.#list(openSet(service)(kind)),
      })),
    );
    return openedOf(await Promise.all(lists));
  }

  async #list(set: string): Promise<Listed[]> {
    return listSet(this.#nft, this.#table, set).catch(async () => {
      await this.#events.repair();
      return listSet(this.#nft, this.#table, set);
    });
  }

  async #apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#transactions.run(editLine(this.#table, edit), deadline);
  }

  /** Where nothing should be open for the address yet. */
  async #applyFirst(address: string, edit: Edit): Promise<void> {
    const line = firstEditLine(this.#table, edit, !this.#ledger.remembers(address));
    // refused: something is there after all, or the long way will say what is wrong
    if (!(await this.#transactions.try(line))) await this.#apply(edit);
  }

  #closing(address: string): Edit {
    return {
      renew: new Map(),
      remove: new Map(this.limits.services.map((s) => [s, [address]])),
      visits: [],
      fresh: [],
      stale: [address],
    };
  }

  /** An open that may have been carried out, and that nobody will hear of, must not stay. */
  async #undo(address: string): Promise<void> {
    await this.#apply(this.#closing(address)).catch(() => undefined);
    this.#events.doubt('An opening was not confirmed.');
  }
}
