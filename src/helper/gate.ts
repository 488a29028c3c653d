import type {
  WireLimits,
  WireOpened,
  WireOpening,
  WireReport,
  WireTimings,
} from '../firewall/wire.ts';
import { checkAddress, checkOpening, Refused, tooMany } from '../firewall/wire-rules.ts';
import type { HelperConfig } from './config.ts';
import { editLine, firstEditLine, openedOf, parseSet, type Edit, type Listed } from './elements.ts';
import { Ledger } from './ledger.ts';
import { runNft } from './nft-run.ts';
import { NftLost, NftRefused, type NftShell } from './nft-shell.ts';
import { openSet } from './ruleset.ts';
import { syncGate } from './sync.ts';

export interface GateEvents {
  /** The kernel says that something is missing: resolves when the guard stands again. */
  readonly repair: () => Promise<unknown>;
  /** Nobody knows what the kernel has now. */
  readonly doubt: (why: string) => void;
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
  readonly #shell: NftShell;
  readonly #events: GateEvents;
  readonly #ledger = new Ledger();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(nft: string, config: HelperConfig, shell: NftShell, events: GateEvents) {
    const { table, longest, mostAddresses } = config;
    this.limits = { services: config.services.map(({ name }) => name), longest, mostAddresses };
    this.#nft = nft;
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
      const applied = this.#ledger.has(address) ? this.#apply(edit) : this.#applyFirst(edit);
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
    return this.#inTurn(async () => {
      checkAddress(address);
      await this.#apply(this.#closing(address));
      this.#ledger.drop(address);
    });
  }

  /** Not in turn: an open does not wait for somebody's list. */
  list(): Promise<WireOpened[]> {
    return this.#opened();
  }

  /** Counts what is open; whether it is what we left open. Others may have changed it. */
  recount(): Promise<boolean> {
    return this.#inTurn(() => this.#count());
  }

  sync(openings: readonly WireOpening[]): Promise<WireReport> {
    return this.#inTurn(async () => {
      const report = await syncGate(openings, this.limits, {
        list: () => this.#opened(),
        apply: (edit, addresses) => this.#apply(edit, 1500 + 10 * addresses),
      });
      if (report.opened.length + report.closed.length > 0) await this.#count();
      return report;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #count(): Promise<boolean> {
    const opened = await this.#opened();
    const matched = this.#ledger.matches(opened);
    this.#ledger.reset(opened);
    return matched;
  }

  async #opened(): Promise<WireOpened[]> {
    const { services } = this.limits;
    const sets = await Promise.all(
      services.map((service) => this.#list(service).catch(() => this.#listAgain(service))),
    );
    return openedOf(new Map(services.map((service, at) => [service, sets[at] ?? []])));
  }

  /** A nft of its own: `nft -i` takes three times as long over a long list, and opens would wait for it. */
  async #list(service: string): Promise<Listed[]> {
    const args = ['-j', 'list', 'set', 'inet', this.#table, openSet(service)];
    const { status, output, errors } = await runNft(this.#nft, args);
    if (status !== 0) throw new Refused('kernel', `nftables cannot list: ${errors.trim()}.`);
    return parseSet(output);
  }

  async #listAgain(service: string): Promise<Listed[]> {
    await this.#events.repair();
    return this.#list(service);
  }

  async #apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#run(editLine(this.#table, edit), deadline);
  }

  /** Where nothing should be open for the address yet. */
  async #applyFirst(edit: Edit): Promise<void> {
    try {
      await this.#shell.run(firstEditLine(this.#table, edit));
    } catch (error) {
      if (!(error instanceof NftRefused)) throw this.#refusal(error);
      // nothing was changed: something is there after all, or the long way will say what is wrong
      await this.#apply(edit);
    }
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
