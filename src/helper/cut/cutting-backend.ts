import type { WireOpened } from '../../firewall/wire.ts';
import { kindOf } from '../../firewall/wire-address.ts';
import type { Backend, Change } from '../backend.ts';
import type { HelperConfig } from '../config/config.ts';
import type { Edit, Timed } from '../edit.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Transactions } from '../nft/transactions.ts';
import type { StandingPlace } from '../standing/place.ts';
import { Cutter } from './cutter.ts';
import type { CutTable } from './cut-table.ts';
import { Memory } from './memory.ts';
import { Leaves, type Due } from './leaves.ts';
import { StandingLeaves } from './standing-leaves.ts';
import { ways } from './ways.ts';

export interface CuttingParts {
  readonly backend: Backend;
  readonly config: HelperConfig;
  /** Undefined where it is not installed: then nothing is cut. */
  readonly conntrack: string | undefined;
  /** Undefined where there is no nft: then nothing is remembered across a restart. */
  readonly memory: { readonly table: CutTable; readonly transactions: Transactions } | undefined;
  readonly log: Log;
}

/** A closing is not kept waiting for longer. Milliseconds. */
const patience = 1000;

/**
 * A backend whose rules let in connections that stand, as most administrators' do:
 * when a leave ends, by closing or by time, these are cut as well.
 */
export class CuttingBackend implements Backend {
  readonly #parts: CuttingParts;
  readonly standing: StandingPlace | undefined;
  readonly #leaves: Leaves;
  readonly #standing: StandingLeaves;
  readonly #memory: Memory | undefined;
  readonly #cutter: Cutter | undefined;
  readonly #warnings: readonly string[];
  /** Why our own table does not stand. */
  #fault: string | undefined;

  constructor(parts: CuttingParts) {
    this.#parts = parts;
    const { backend, conntrack, config, memory, log } = parts;
    this.#leaves = new Leaves(config.linger * 1000);
    this.#standing = new StandingLeaves(config.linger * 1000);
    this.standing = backend.standing && this.#standingIn(backend.standing);
    const services = config.services.map(({ name }) => name);
    this.#memory = memory && new Memory(memory.table, memory.transactions, services, log);
    this.#warnings = warningsOf(parts);
    for (const message of this.#warnings) log('cuts-in-part', { level: 'warn', message });
    if (conntrack === undefined) return;
    this.#cutter = new Cutter({
      config,
      conntrack,
      log,
      leaves: this.#leaves,
      standing: this.#standing,
      shut: (dues) => this.#shut(dues),
      forget: async (addresses) => this.#memory?.forget(addresses),
    });
  }

  async ensure(): Promise<boolean> {
    const lost = await this.#parts.backend.ensure();
    await this.#remember().then(
      () => this.#say(undefined),
      (error: unknown) => this.#say(reasonOf(error)),
    );
    return lost;
  }

  /** Our own table lets nobody in, so whoever can do without goes on without. */
  async #remember(): Promise<void> {
    let before: readonly Timed[] = [];
    // what a table of another configuration knows goes with it
    const built = await this.#parts.memory?.table.ensure(async () => {
      try {
        before = (await this.#memory?.adopt()) ?? [];
      } catch (error) {
        this.#parts.log('memory-failed', { message: reasonOf(error) });
      }
    });
    if (built) await this.#rebuilt(before);
  }

  #say(reason: string | undefined): void {
    const fault =
      reason &&
      `The table inet ${this.#parts.config.table} does not stand (${reason}): a connection that was cut may come back when the server itself sends first, and a restart forgets who was let in.`;
    if (fault !== undefined && fault !== this.#fault) {
      this.#parts.log('cuts-in-part', { level: 'warn', message: fault });
    }
    this.#fault = fault;
  }

  async apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#parts.backend.apply(edit, deadline);
    await this.#noted(edit);
  }

  async applyFirst(edit: Edit, newcomer: boolean): Promise<void> {
    await this.#parts.backend.applyFirst(edit, newcomer);
    await this.#noted(edit);
  }

  list(): Promise<WireOpened[]> {
    return this.#parts.backend.list();
  }

  packetsFrom(address: string): Promise<number | undefined> {
    return this.#parts.backend.packetsFrom(address);
  }

  /** Whoever was let in before our start is cut in time, too; and who has lost the leave meanwhile, at once. */
  watch(changed: (change: Change) => void): void {
    void this.#adopt()
      .catch((error: unknown) => this.#parts.log('cut-failed', { message: reasonOf(error) }))
      // not waited for: what is being cut may itself have found that the table is gone
      .finally(() => this.#cutter?.begin());
    this.#parts.backend.watch(changed);
  }

  stop(): void {
    this.#cutter?.stop();
    this.#parts.backend.stop();
  }

  warnings(): readonly string[] {
    const fault = this.#fault === undefined ? [] : [this.#fault];
    return [...this.#warnings, ...fault, ...this.#parts.backend.warnings()];
  }

  /** After the opening: right after a transaction of nft the kernel keeps ipset waiting for 10 ms. */
  async #noted(edit: Edit): Promise<void> {
    const now = performance.now();
    for (const [service, timed] of edit.renew) {
      for (const { address, seconds } of timed) {
        this.#leaves.set(address, service, now + seconds * 1000);
      }
    }
    await this.#memory?.admit(edit);
    const ended = [...edit.remove].flatMap(([service, gone]) =>
      gone.filter((address) => this.#leaves.end(address, service, now)),
    );
    if (ended.length === 0) return void this.#cutter?.cut();
    const over = [...new Set(ended)].filter((address) => this.#leaves.lastEnd(address) <= now);
    await this.#memory?.visits(over.map((address) => ({ address, seconds: 0 })));
    await this.#cut();
  }

  /** Waits for it, but not for long. */
  async #cut(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
    await Promise.race([this.#cutter?.cut(), enough]);
    clearTimeout(timer);
  }

  /** The same place, of which whoever is taken out is cut. */
  #standingIn(place: StandingPlace): StandingPlace {
    return {
      hosts: (edit, anew) => place.hosts(edit, anew),
      networks: (all, stood) => place.networks(all, stood),
      check: (entry) => place.check?.(entry),
      settled: async (before, lines) => {
        await place.settled?.(before, lines);
        this.#standing.changed(before, lines);
        // nobody else would
        if (!this.#cutter) this.#standing.done(this.#standing.due());
        await this.#memory?.admitThose((address, service) => this.#stands(address, service));
        await this.#cut();
      },
    };
  }

  /** Whether entries let it in, or somebody in it. */
  #stands(address: string, service: string): boolean {
    if (this.#standing.covers(address, service)) return true;
    return kindOf(address) === '6net' && this.#standing.reachesInto(address);
  }

  /** Takes over from the kernel who is in, and who was. */
  async #adopt(): Promise<void> {
    const { backend, config } = this.#parts;
    const opened = await backend.list();
    const visited = (await this.#memory?.adopt()) ?? [];
    const now = performance.now();
    const known = (address: string, service: string): boolean =>
      this.#leaves.covers(address, service, now);
    for (const { address, services } of opened) {
      for (const { service, seconds } of services) {
        if (known(address, service)) continue;
        // listed times are rounded down, and nobody may be cut before the kernel lets go
        this.#leaves.set(address, service, now + (seconds + 1) * 1000);
      }
    }
    for (const { address, seconds } of visited) {
      for (const { name } of config.services) {
        // not open: whatever was thought then, it has ended by now
        if (!known(address, name)) {
          this.#leaves.set(address, name, now + Math.min(0, seconds) * 1000);
        }
      }
    }
  }

  /** The table is empty: what it knew, or the one before it, is put there again. */
  async #rebuilt(before: readonly Timed[]): Promise<void> {
    const now = performance.now();
    const known = new Set(this.#leaves.addresses);
    const visits = [...known].map((address) => ({
      address,
      seconds: Math.max(0, (this.#leaves.lastEnd(address) - now) / 1000),
    }));
    await this.#memory?.visits([...before.filter(({ address }) => !known.has(address)), ...visits]);
    await this.#memory?.putBack();
  }

  async #shut(dues: readonly Due[]): Promise<void> {
    for (const { name } of this.#parts.config.services) {
      const over = dues.filter((due) => due.service === name && !this.#surrounds(due));
      const addresses = over.map(({ address }) => address);
      await this.#memory?.shut(name, addresses);
    }
  }

  /** Whether a /64 has a host in it that may still come: shutting the one would shut the other. */
  #surrounds({ address, service }: Due): boolean {
    if (kindOf(address) !== '6net') return false;
    if (this.#standing.reachesInto(address)) return true;
    const now = performance.now();
    return this.#leaves.addresses.some(
      (one) =>
        one !== address && ways(one).includes(address) && this.#leaves.covers(one, service, now),
    );
  }
}

function warningsOf({ conntrack, memory, config }: CuttingParts): string[] {
  const places = config.conntrack.join(' or ');
  return [
    ...(conntrack === undefined
      ? [
          `conntrack is not at ${places}: what is closed keeps the connections that it has until they end by themselves. Install the package conntrack, then restart dialgate-helper.`,
        ]
      : []),
    ...(memory === undefined
      ? [
          'nft is not installed: callers cannot be recognised by their connection, and a connection that was cut may come back when the server itself sends first. Install the package nftables, then restart dialgate-helper.',
        ]
      : []),
  ];
}
