import type {
  WireLimits,
  WireOpened,
  WireOpening,
  WireReport,
  WireTimings,
} from '../firewall/wire.ts';
import { checkAddress, checkOpening, Refused, tooMany } from '../firewall/wire-rules.ts';
import type { HelperConfig } from './config.ts';
import { editLine, openedOf, parseSet, type Edit, type Listed } from './elements.ts';
import { Ledger } from './ledger.ts';
import { NftLost, NftRefused, type NftShell } from './nft-shell.ts';
import { openSet } from './ruleset.ts';
import { syncGate } from './sync.ts';

export interface GateEvents {
  /** The kernel says that something is missing: resolves when the guard stands again. */
  readonly repair: () => Promise<unknown>;
  /** Nobody knows what the kernel has now. */
  readonly doubt: (why: string) => void;
}

/**
 * Opens, closes, lists and syncs, one at a time. Checks every request again,
 * whoever sent it: everything that reaches nftables has passed wire-rules.
 */
export class Gate {
  readonly limits: WireLimits;
  readonly #table: string;
  readonly #shell: NftShell;
  readonly #events: GateEvents;
  readonly #ledger = new Ledger();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(config: HelperConfig, shell: NftShell, events: GateEvents) {
    const { table, longest, mostAddresses } = config;
    this.limits = { services: config.services.map(({ name }) => name), longest, mostAddresses };
    this.#table = table;
    this.#shell = shell;
    this.#events = events;
  }

  /** `receivedAt` is of the monotonic clock, in milliseconds. */
  open(opening: WireOpening, receivedAt: number): Promise<WireTimings> {
    return this.#inTurn(async () => {
      checkOpening(opening, this.limits);
      const { address, services } = opening;
      if (!this.#ledger.fits(address, this.limits.mostAddresses)) throw tooMany(this.limits);
      const began = performance.now();
      const unwanted = this.limits.services.filter((s) => !services.some((w) => w.service === s));
      const edit: Edit = {
        renew: new Map(services.map(({ service, seconds }) => [service, [{ address, seconds }]])),
        remove: new Map(unwanted.map((service) => [service, [address]])),
        visits: [{ address, seconds: Math.max(...services.map(({ seconds }) => seconds)) }],
      };
      await this.#apply(edit).catch(async (error: unknown) => {
        if (error instanceof Refused && error.code === 'unconfirmed') await this.#undo(address);
        throw error;
      });
      this.#ledger.note(address, services);
      const done = performance.now();
      const micro = (from: number, to: number): number => Math.round((to - from) * 1000);
      return {
        waited: micro(receivedAt, began),
        kernel: micro(began, done),
        total: micro(receivedAt, done),
      };
    });
  }

  close(address: string): Promise<void> {
    return this.#inTurn(async () => {
      checkAddress(address);
      await this.#apply(this.#closing(address));
      this.#ledger.drop(address);
    });
  }

  list(): Promise<WireOpened[]> {
    return this.#inTurn(() => this.#opened());
  }

  sync(openings: readonly WireOpening[]): Promise<WireReport> {
    return this.#inTurn(async () => {
      const report = await syncGate(openings, this.limits, {
        list: () => this.#opened(),
        apply: (edit, addresses) => this.#apply(edit, 1500 + 10 * addresses),
      });
      if (report.opened.length + report.closed.length > 0) await this.#opened();
      return report;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #opened(): Promise<WireOpened[]> {
    const sets = new Map<string, Listed[]>();
    for (const service of this.limits.services) {
      const listing = await this.#run(`list set inet ${this.#table} ${openSet(service)}`, 5000);
      sets.set(service, parseSet(listing));
    }
    const opened = openedOf(sets);
    this.#ledger.reset(opened);
    return opened;
  }

  async #apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#run(editLine(this.#table, edit), deadline);
  }

  async #run(line: string, deadline?: number): Promise<string> {
    try {
      return await this.#shell.run(line, deadline);
    } catch (error) {
      // the guard may have been flushed a moment ago: once it stands again, the same is tried again
      const flushed = error instanceof NftRefused && /No such file/.test(error.message);
      if (!flushed) throw this.#refusal(error);
    }
    await this.#events.repair();
    return this.#shell.run(line, deadline).catch((error: unknown) => {
      throw this.#refusal(error);
    });
  }

  #refusal(error: unknown): unknown {
    if (error instanceof NftRefused) {
      if (/Too many open files/.test(error.message)) return tooMany(this.limits);
      return new Refused('kernel', `nftables refused: ${error.message}`);
    }
    if (error instanceof NftLost) {
      return new Refused('unconfirmed', `${error.message} Take it as not done.`);
    }
    return error;
  }

  #closing(address: string): Edit {
    return {
      renew: new Map(),
      remove: new Map(this.limits.services.map((s) => [s, [address]])),
      visits: [],
    };
  }

  /** An open that may have been carried out, and that nobody will hear of, must not stay. */
  async #undo(address: string): Promise<void> {
    await this.#apply(this.#closing(address)).catch(() => undefined);
    this.#events.doubt('An opening was not confirmed.');
  }
}
