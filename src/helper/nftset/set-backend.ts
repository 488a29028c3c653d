import type { WireOpened } from '../../firewall/wire.ts';
import { kindOf } from '../../firewall/wire-address.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import type { Backend } from '../backend.ts';
import type { Edit, Timed } from '../edit.ts';
import type { Log } from '../log.ts';
import { addressOf, creation, kinds, removal, renewal, type On } from '../nft/element-lines.ts';
import { listSet, type Listed } from '../nft/nft-list.ts';
import { NftMonitor } from '../nft/nft-monitor.ts';
import type { Transactions } from '../nft/transactions.ts';
import { openedOf } from '../opened.ts';
import { spareSlots } from '../spare-slots.ts';
import { checkSets, type SetConfig } from './set-check.ts';

export interface SetBackendParts {
  readonly nft: string;
  readonly sets: SetConfig;
  readonly mostAddresses: number;
  readonly transactions: Transactions;
  /** Looks again, and tells the clients when sets are back. */
  readonly repair: () => Promise<unknown>;
  /** Whether a change by this process was ours. */
  readonly madeBy: (pid: number) => boolean;
  readonly log: Log;
}

/**
 * Elements in the administrator's sets, which their own rules refer to. The sets are
 * theirs: where one is missing we say how it is made, and go on when it is there.
 */
export class SetBackend implements Backend {
  readonly #parts: SetBackendParts;
  #monitor: NftMonitor | undefined;
  #faults: readonly string[] = [];
  #hints: readonly string[] = [];
  #said = '';

  constructor(parts: SetBackendParts) {
    this.#parts = parts;
  }

  /** True also when sets are there again: they are empty. */
  async ensure(): Promise<boolean> {
    const { nft, sets, mostAddresses, log } = this.#parts;
    const { faults, hints } = await checkSets(nft, sets, mostAddresses + spareSlots);
    const words = [...faults, ...hints].join('\n');
    if (words !== this.#said) {
      if (faults.length > 0) log('sets-wrong', { faults });
      else log('sets-right', { table: `${sets.family} ${sets.table}`, hints });
    }
    this.#said = words;
    const back = this.#faults.length > 0 && faults.length === 0;
    this.#faults = faults;
    this.#hints = hints;
    return back;
  }

  async apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#sound();
    const lines = [
      ...[...edit.remove].flatMap(([service, gone]) =>
        removal(
          this.#on(service),
          gone.filter((address) => this.#holds(service, address)),
        ),
      ),
      ...[...edit.renew].flatMap(([service, timed]) =>
        renewal(this.#on(service), this.#checked(service, timed)),
      ),
    ];
    if (lines.length === 0) return;
    try {
      await this.#parts.transactions.run(lines.join('; '), deadline);
    } catch (error) {
      if (error instanceof Refused && error.code === 'kernel') this.#refuse();
      throw error;
    }
  }

  async applyFirst(edit: Edit): Promise<void> {
    await this.#sound();
    const lines = [...edit.renew].flatMap(([service, timed]) =>
      creation(this.#on(service), this.#checked(service, timed)),
    );
    // refused: something is there after all, or the long way will say what is wrong
    if (!(await this.#parts.transactions.try(lines.join('; ')))) await this.apply(edit);
  }

  async list(): Promise<WireOpened[]> {
    const lists = [...this.#parts.sets.sets].flatMap(([service, names]) =>
      kinds.map(async (kind) => ({
        service,
        elements: (await this.#list(names[kind])).map((element) => ({
          ...element,
          address: addressOf(element.key, kind),
        })),
      })),
    );
    return openedOf(await Promise.all(lists));
  }

  /** The sets' own counters are all there is. */
  async packetsFrom(): Promise<undefined> {
    return undefined;
  }

  warnings(): readonly string[] {
    return [...this.#faults, ...this.#hints];
  }

  watch(changed: (by: string) => void): void {
    const { nft, madeBy } = this.#parts;
    this.#monitor = new NftMonitor(nft, madeBy, changed);
    this.#monitor.start();
  }

  stop(): void {
    this.#monitor?.stop();
  }

  /** @throws Refused `kernel` where the sets were not right, and still are not. */
  async #sound(): Promise<void> {
    if (this.#faults.length === 0) return;
    await this.#parts.repair();
    this.#refuse();
  }

  #refuse(): void {
    const [fault] = this.#faults;
    if (fault !== undefined) throw new Refused('kernel', fault);
  }

  /** In a set that is missing is nobody. */
  async #list(set: string | undefined): Promise<Listed[]> {
    const { nft, sets } = this.#parts;
    if (set === undefined) return [];
    return listSet(nft, sets.table, set, sets.family).catch((error: unknown) => {
      if (error instanceof Refused && error.code === 'gone') return [];
      throw error;
    });
  }

  #on(service: string): On {
    const { family, table, sets } = this.#parts.sets;
    return (kind) => `${family} ${table} ${sets.get(service)?.[kind] ?? ''}`;
  }

  #holds(service: string, address: string): boolean {
    return this.#parts.sets.sets.get(service)?.[kindOf(address)] !== undefined;
  }

  #checked(service: string, timed: readonly Timed[]): readonly Timed[] {
    const homeless = timed.find(({ address }) => !this.#holds(service, address));
    if (!homeless) return timed;
    throw new Refused(
      'bad-address',
      `helper.json names no set for IPv6 of service ${service}, so ${homeless.address} cannot be let in.`,
    );
  }
}
