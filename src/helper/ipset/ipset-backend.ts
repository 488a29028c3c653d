import type { WireOpened } from '../../firewall/wire.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import type { Backend, Change as ByOthers } from '../backend.ts';
import type { Edit } from '../edit.ts';
import { reasonOf } from '../log.ts';
import { openedOf } from '../opened.ts';
import { IpsetRefused, isMissing, listIpset, runIpset } from './ipset-run.ts';
import { IpsetStanding } from './ipset-standing.ts';
import { Mirror } from './mirror.ts';
import { OwnSets, type OwnSet, type OwnSetsParts } from './own-sets.ts';
import { familyOf, setName } from './set-names.ts';

export interface IpsetBackendParts extends OwnSetsParts {
  /** Looks again, and tells the clients when sets are back. */
  readonly repair: () => Promise<unknown>;
}

/** The kernel tells nobody of changes to these sets: we look so often. Milliseconds. */
const lookEvery = 3000;

interface Change {
  readonly set: string;
  readonly address: string;
  /** Undefined takes it out. */
  readonly seconds: number | undefined;
}

/**
 * Entries of ipset sets that the administrator's iptables rules refer to. We make
 * the sets at our start, since rules that name a missing one do not load.
 */
export class IpsetBackend implements Backend {
  readonly #parts: IpsetBackendParts;
  readonly standing: IpsetStanding;
  readonly #sets: OwnSets;
  /** Those of visitors. */
  readonly #visitors: readonly OwnSet[];
  readonly #mirror = new Mirror();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: IpsetBackendParts) {
    this.#parts = parts;
    this.#sets = new OwnSets(parts);
    this.#visitors = this.#sets.all.filter(({ stands }) => !stands);
    this.standing = new IpsetStanding({ ...parts, sets: this.#sets });
  }

  async ensure(): Promise<boolean> {
    const made = await this.#sets.ensure();
    return this.standing.lost() || made;
  }

  apply(edit: Edit): Promise<void> {
    const changes = [
      ...[...edit.remove].flatMap(([service, gone]) =>
        gone.map((address) => this.#change(service, address, undefined)),
      ),
      ...[...edit.renew].flatMap(([service, timed]) =>
        timed.map(({ address, seconds }) => this.#change(service, address, seconds)),
      ),
    ];
    return this.#carryOut(changes);
  }

  applyFirst(edit: Edit): Promise<void> {
    return this.apply(edit);
  }

  async list(): Promise<WireOpened[]> {
    const { edits } = this.#mirror;
    const lists = await Promise.all(
      this.#visitors.map(async ({ name, service }) => {
        const elements = await listIpset(this.#parts.ipset, name);
        this.#mirror.took(name, elements, edits);
        return { service, elements };
      }),
    );
    return openedOf(lists);
  }

  /** The sets' own counters are all there is. */
  async packetsFrom(): Promise<undefined> {
    return undefined;
  }

  warnings(): readonly string[] {
    return this.#sets.faults();
  }

  watch(changed: (change: ByOthers) => void): void {
    this.#timer = setInterval(() => {
      changed({ by: 'others', standing: this.standing.takeRenewal() ? 'unknown' : undefined });
    }, lookEvery);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #change(service: string, address: string, seconds: number | undefined): Change {
    const set = setName(this.#parts.prefix, service, familyOf(address));
    // never longer than asked; 0 would be for ever
    const whole = seconds === undefined ? undefined : Math.max(1, Math.floor(seconds));
    return { set, address, seconds: whole };
  }

  /** All of them or none. @throws Refused `kernel`, `too-many` or `unconfirmed` */
  async #carryOut(changes: readonly Change[]): Promise<void> {
    const tried = this.#sound(changes);
    try {
      await this.#batch(tried).catch(async (error: unknown) => {
        if (!(error instanceof IpsetRefused)) throw error;
        await this.ensure();
        const sound = this.#sound(changes);
        if (!isMissing(error) && sound.length === tried.length) throw error;
        await this.#batch(sound);
      });
    } catch (error) {
      await this.#undo(tried);
      throw this.#refusal(error);
    }
    for (const { set, address, seconds } of tried) this.#mirror.note(set, address, seconds);
  }

  /**
   * Without those that take somebody out of a set that is not right: nobody is kept in one
   * service because of the set of another. @throws Refused `kernel` where one is to be let in by such a set
   */
  #sound(changes: readonly Change[]): readonly Change[] {
    return changes.filter(({ set, seconds }) => {
      const fault = this.#sets.fault([{ name: set }]);
      if (fault !== undefined && seconds !== undefined) throw new Refused('kernel', fault);
      return fault === undefined;
    });
  }

  async #batch(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    const lines = changes.map(({ set, address, seconds }) =>
      seconds === undefined
        ? `del ${set} ${address}`
        : `add ${set} ${address} timeout ${seconds} packets 0 bytes 0`,
    );
    // -exist: neither is an error where it is so already, and an add renews, but for counters left out
    await runIpset(this.#parts.ipset, ['restore', '-exist'], `${lines.join('\n')}\n`);
  }

  /** Puts back what the changes have met. Where that fails, the next look will see what is there. */
  async #undo(changes: readonly Change[]): Promise<void> {
    const before = changes.map(({ set, address }) => ({
      set,
      address,
      seconds: this.#mirror.left(set, address),
    }));
    // one set at a time: where one is missing, the others are put right all the same
    for (const set of new Set(before.map((change) => change.set))) {
      await this.#batch(before.filter((change) => change.set === set)).catch((error: unknown) => {
        this.#parts.log('undo-failed', { set, message: reasonOf(error) });
      });
    }
  }

  #refusal(error: unknown): unknown {
    if (error instanceof Refused) return error;
    if (!(error instanceof IpsetRefused)) {
      return new Refused('unconfirmed', `${reasonOf(error)} Take it as not done.`);
    }
    if (!/is full/.test(error.message)) {
      return new Refused('kernel', `ipset refused: ${error.message}`);
    }
    return new Refused('too-many', `A set has no room for more: ${error.message}`);
  }
}
