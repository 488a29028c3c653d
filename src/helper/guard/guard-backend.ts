import type { WireOpened } from '../../firewall/wire.ts';
import type { Backend, Change } from '../backend.ts';
import type { HelperConfig } from '../config/config.ts';
import type { Edit } from '../edit.ts';
import type { Halt } from '../halt.ts';
import type { Log } from '../log.ts';
import { listSet, type Listed } from '../nft/nft-list.ts';
import { NftMonitor } from '../nft/nft-monitor.ts';
import type { Transactions } from '../nft/transactions.ts';
import { openedOf } from '../opened.ts';
import { editLine, firstEditLine } from './elements.ts';
import { Fresh } from './fresh.ts';
import { GuardStanding } from './guard-standing.ts';
import type { Guard } from './guard.ts';
import { addressOf, kinds, openSet } from './sets.ts';
import { lossPattern } from './standing-rules.ts';
import type { Visited } from './visited.ts';

export interface GuardBackendParts {
  readonly nft: string;
  readonly config: HelperConfig;
  readonly transactions: Transactions;
  /** Resolves when the guard stands again. */
  readonly repair: () => Promise<unknown>;
  readonly guard: Guard;
  readonly visited: Visited;
  /** Whether strangers are turned away at all. */
  readonly armed: () => 'on' | 'trial' | 'off';
  readonly halt: Halt;
  readonly log: Log;
}

const off =
  'The guard is off, so nobody is turned away: switch it on with "dialgate guard enable --test 3m" (docs/guard.md).';

/** Our own table, which turns strangers away from the ports of the services. */
export class GuardBackend implements Backend {
  readonly #parts: GuardBackendParts;
  readonly #table: string;
  readonly standing: GuardStanding | undefined;
  readonly #fresh: Fresh;
  #monitor: NftMonitor | undefined;

  constructor(parts: GuardBackendParts) {
    const { nft, config } = parts;
    this.#parts = parts;
    this.#table = config.table;
    this.#fresh = new Fresh(nft, config.table);
    if (config.standing.most > 0) this.standing = new GuardStanding(parts);
  }

  async ensure(): Promise<boolean> {
    return (await this.#parts.guard.ensure()) === 'rebuilt';
  }

  async apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#parts.transactions.run(
      editLine(this.#table, edit, this.#parts.config.linger),
      deadline,
    );
    this.#noted(edit);
  }

  async applyFirst(edit: Edit, newcomer: boolean): Promise<void> {
    const line = firstEditLine(this.#table, edit, newcomer, this.#parts.config.linger);
    // refused: something is there after all, or the long way will say what is wrong
    if (await this.#parts.transactions.try(line)) this.#noted(edit);
    else await this.apply(edit);
  }

  async list(): Promise<WireOpened[]> {
    this.#parts.halt.check();
    const { services } = this.#parts.config;
    const lists = services.flatMap(({ name }) =>
      kinds.map(async (kind) => ({
        service: name,
        elements: (await this.#list(openSet(name)(kind))).map((element) => ({
          ...element,
          address: addressOf(element.key, kind),
        })),
      })),
    );
    return openedOf(await Promise.all(lists));
  }

  packetsFrom(address: string): Promise<number | undefined> {
    return this.#fresh.packetsFrom(address).catch(() => undefined);
  }

  warnings(): readonly string[] {
    return this.armed() === 'off' ? [off] : [];
  }

  armed(): 'on' | 'trial' | 'off' {
    return this.#parts.armed();
  }

  watch(changed: (change: Change) => void): void {
    const { nft, transactions, guard } = this.#parts;
    const { standing } = this;
    const ours = (pid: number): boolean =>
      transactions.madeBy(pid) || guard.madeBy(pid) || (standing?.madeBy(pid) ?? false);
    this.#monitor = new NftMonitor(nft, ours, changed, lossPattern(this.#table));
    this.#monitor.start();
  }

  stop(): void {
    this.#monitor?.stop();
  }

  #noted({ visits }: Edit): void {
    this.#parts.visited.note(visits);
    this.#fresh.changed();
  }

  async #list(set: string): Promise<Listed[]> {
    const { nft, repair } = this.#parts;
    return listSet(nft, this.#table, set).catch(async () => {
      await repair();
      return listSet(nft, this.#table, set);
    });
  }
}
