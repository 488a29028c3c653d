import type { WireOpened } from '../../firewall/wire.ts';
import type { Backend } from '../backend.ts';
import type { HelperConfig } from '../config/config.ts';
import type { Edit } from '../edit.ts';
import type { Log } from '../log.ts';
import { listSet, type Listed } from '../nft/nft-list.ts';
import { NftMonitor } from '../nft/nft-monitor.ts';
import type { Transactions } from '../nft/transactions.ts';
import { editLine, firstEditLine, openedOf } from './elements.ts';
import { Fresh } from './fresh.ts';
import { Guard } from './guard.ts';
import { kinds, openSet } from './sets.ts';

export interface GuardBackendParts {
  readonly nft: string;
  readonly config: HelperConfig;
  readonly transactions: Transactions;
  /** Resolves when the guard stands again. */
  readonly repair: () => Promise<unknown>;
  readonly log: Log;
}

/** Our own table, which turns strangers away from the ports of the services. */
export class GuardBackend implements Backend {
  readonly #parts: GuardBackendParts;
  readonly #table: string;
  readonly #guard: Guard;
  readonly #fresh: Fresh;
  #monitor: NftMonitor | undefined;

  constructor(parts: GuardBackendParts) {
    const { nft, config, log } = parts;
    this.#parts = parts;
    this.#table = config.table;
    this.#guard = new Guard(nft, config, log);
    this.#fresh = new Fresh(nft, config.table);
  }

  async ensure(): Promise<boolean> {
    return (await this.#guard.ensure()) === 'rebuilt';
  }

  async apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#parts.transactions.run(editLine(this.#table, edit), deadline);
    this.#fresh.changed();
  }

  async applyFirst(edit: Edit, newcomer: boolean): Promise<void> {
    const line = firstEditLine(this.#table, edit, newcomer);
    // refused: something is there after all, or the long way will say what is wrong
    if (await this.#parts.transactions.try(line)) this.#fresh.changed();
    else await this.apply(edit);
  }

  async list(): Promise<WireOpened[]> {
    const { services } = this.#parts.config;
    const lists = services.flatMap(({ name }) =>
      kinds.map(async (kind) => ({
        service: name,
        kind,
        elements: await this.#list(openSet(name)(kind)),
      })),
    );
    return openedOf(await Promise.all(lists));
  }

  packetsFrom(address: string): Promise<number | undefined> {
    return this.#fresh.packetsFrom(address).catch(() => undefined);
  }

  watch(changed: (by: string) => void): void {
    const { nft, transactions } = this.#parts;
    const ours = (pid: number): boolean => transactions.madeBy(pid) || this.#guard.madeBy(pid);
    this.#monitor = new NftMonitor(nft, ours, changed);
    this.#monitor.start();
  }

  stop(): void {
    this.#monitor?.stop();
  }

  async #list(set: string): Promise<Listed[]> {
    const { nft, repair } = this.#parts;
    return listSet(nft, this.#table, set).catch(async () => {
      await repair();
      return listSet(nft, this.#table, set);
    });
  }
}
