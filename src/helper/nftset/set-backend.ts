import type { WireOpened } from '../../firewall/wire.ts';
import { kindOf } from '../../firewall/wire-address.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import type { Backend, Change } from '../backend.ts';
import type { Edit, Timed } from '../edit.ts';
import type { Log } from '../log.ts';
import { addressOf, creation, kinds, removal, renewal, type On } from '../nft/element-lines.ts';
import { listSet, type Listed } from '../nft/nft-list.ts';
import { NftMonitor } from '../nft/nft-monitor.ts';
import type { Transactions } from '../nft/transactions.ts';
import { openedOf } from '../opened.ts';
import { spareSlots } from '../spare-slots.ts';
import { roomFor } from '../standing/room.ts';
import { checkSets, type Finding } from './set-check.ts';
import { SetStanding } from './set-standing.ts';
import type { SetConfig } from './set-names.ts';
import { lossPattern, wordsOf } from './set-words.ts';

export interface SetBackendParts {
  readonly nft: string;
  readonly sets: SetConfig;
  readonly mostAddresses: number;
  readonly mostStanding: number;
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
  readonly standing: SetStanding;
  #monitor: NftMonitor | undefined;
  /** What is wrong with sets, by their names. */
  #wrong: ReadonlyMap<string, string> = new Map();
  #faults: readonly string[] = [];
  #hints: readonly string[] = [];
  #births: ReadonlyMap<string, string | undefined> | undefined;

  constructor(parts: SetBackendParts) {
    this.#parts = parts;
    this.standing = new SetStanding(parts);
  }

  /** True also when sets are there again, or were made anew: they are empty. */
  async ensure(): Promise<boolean> {
    const { nft, sets, mostAddresses, mostStanding } = this.#parts;
    const sizes = { visitors: mostAddresses + spareSlots, standing: roomFor(mostStanding) };
    const findings = await checkSets(nft, sets, sizes);
    this.standing.found(findings);
    this.#wrong = new Map(
      findings.flatMap(({ set, fault }) => (fault === undefined ? [] : [[set.name, fault]])),
    );
    this.#say(findings);
    const before = this.#births;
    this.#births = new Map(findings.map(({ set, birth }) => [set.name, birth]));
    return findings.some(
      ({ set, birth }) => before && birth !== undefined && birth !== before.get(set.name),
    );
  }

  #say(findings: readonly Finding[]): void {
    const { sets, mostStanding, log } = this.#parts;
    const { faults, hints } = wordsOf(findings, mostStanding > 0);
    if (String([...faults, ...hints]) !== String(this.warnings())) {
      if (faults.length > 0) log('sets-wrong', { faults });
      else log('sets-right', { table: `${sets.family} ${sets.table}`, hints });
    }
    [this.#faults, this.#hints] = [faults, hints];
  }

  async apply(edit: Edit, deadline?: number): Promise<void> {
    await this.#lookAt(edit);
    const lines = this.#linesOf(edit);
    if (lines === '') return;
    try {
      await this.#parts.transactions.run(lines, deadline);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'kernel') throw error;
      // a set had gone a moment ago, which is known by now
      const left = this.#linesOf(edit);
      if (left === lines) throw error;
      if (left !== '') await this.#parts.transactions.run(left, deadline);
    }
  }

  async applyFirst(edit: Edit): Promise<void> {
    await this.#lookAt(edit);
    this.#need(edit);
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

  watch(changed: (change: Change) => void): void {
    const { nft, sets, madeBy } = this.#parts;
    const ours = (pid: number): boolean => madeBy(pid) || this.standing.madeBy(pid);
    this.#monitor = new NftMonitor(nft, ours, changed, lossPattern(sets));
    this.#monitor.start();
  }

  stop(): void {
    this.#monitor?.stop();
  }

  /** Looks again where a set that it touches was not right. */
  async #lookAt({ renew, remove }: Edit): Promise<void> {
    const wrong = [
      ...[...renew].flatMap(([service, timed]) =>
        timed.map(({ address }) => this.#faultOf(service, address)),
      ),
      ...[...remove].flatMap(([service, gone]) =>
        gone.map((address) => this.#faultOf(service, address)),
      ),
    ];
    if (wrong.some((fault) => fault !== undefined)) await this.#parts.repair();
  }

  /** Nobody is kept in one service because the set of another is missing. @throws Refused `kernel`, as #need */
  #linesOf(edit: Edit): string {
    this.#need(edit);
    return [
      ...[...edit.remove].flatMap(([service, gone]) =>
        removal(
          this.#on(service),
          gone.filter(
            (address) =>
              this.#setOf(service, address) !== undefined &&
              this.#faultOf(service, address) === undefined,
          ),
        ),
      ),
      ...[...edit.renew].flatMap(([service, timed]) =>
        renewal(this.#on(service), this.#checked(service, timed)),
      ),
    ].join('; ');
  }

  /** @throws Refused `kernel` where a set that somebody is to be let in by is not right. */
  #need({ renew }: Edit): void {
    for (const [service, timed] of renew) {
      for (const { address } of timed) {
        const fault = this.#faultOf(service, address);
        if (fault !== undefined) throw new Refused('kernel', fault);
      }
    }
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

  #setOf(service: string, address: string): string | undefined {
    return this.#parts.sets.sets.get(service)?.[kindOf(address)];
  }

  #faultOf(service: string, address: string): string | undefined {
    return this.#wrong.get(this.#setOf(service, address) ?? '');
  }

  #checked(service: string, timed: readonly Timed[]): readonly Timed[] {
    const homeless = timed.find(({ address }) => this.#setOf(service, address) === undefined);
    if (!homeless) return timed;
    throw new Refused(
      'bad-address',
      `helper.json names no set for IPv6 of service ${service}, so ${homeless.address} cannot be let in.`,
    );
  }
}
