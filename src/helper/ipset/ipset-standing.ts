import { isNetwork } from '../../firewall/wire-network.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import type { StandingEntry } from '../../firewall/wire-standing.ts';
import { reasonOf } from '../log.ts';
import { countStanding } from '../standing/count.ts';
import type { Lasting, StandingEdit, StandingNetwork, StandingPlace } from '../standing/place.ts';
import { roomFor } from '../standing/room.ts';
import { forEver, isMissing, listIpset, type Listed } from './ipset-run.ts';
import type { OwnSet, OwnSets } from './own-sets.ts';
import { destroy, restoreAll, swap } from './restore.ts';
import { createStandLine, draftName, families, familyOf, standName } from './set-names.ts';

export interface IpsetStandingParts {
  readonly ipset: string;
  readonly prefix: string;
  readonly services: readonly string[];
  readonly mostStanding: number;
  readonly sets: OwnSets;
  /** Looks again, and makes what is missing. */
  readonly repair: () => Promise<unknown>;
}

/** Of ipset(8): no element can last longer. Seconds. */
const longest = 2_147_483;
/** What shall last longer is told so anew half way. Milliseconds. */
const renewAfter = (longest * 1000) / 2;
/** Times are rounded here and there. Seconds. */
const near = 2;

/** Standing entries in ipset sets of their own: hosts and networks of a service and a family side by side. */
export class IpsetStanding implements StandingPlace {
  readonly #parts: IpsetStandingParts;
  readonly #sets: readonly Pick<OwnSet, 'name' | 'service' | 'family'>[];
  /** What the sets have; undefined while it is being changed, or nobody knows. */
  #lines: readonly string[] | undefined;
  #settledAt = 0;
  /** How many were in each set when they were last compared with what should be. */
  #seen = '';
  #renewAt: number | undefined;

  constructor(parts: IpsetStandingParts) {
    this.#parts = parts;
    this.#sets = parts.services.flatMap((service) =>
      families.map((family) => ({
        name: standName(parts.prefix, service, family),
        service,
        family,
      })),
    );
  }

  /** To ipset a network of one host is that host, whose own entry would go with it. */
  check({ target }: StandingEntry): void {
    if (!/\.\d+\/32$|:.*\/128$/.test(target)) return;
    throw new Refused('bad-address', `${target} is one host: write it without its prefix.`);
  }

  async hosts(edit: StandingEdit, anew: boolean): Promise<void> {
    this.#lines = undefined;
    const added = this.#sets.filter(({ service, family }) =>
      edit.add.get(service)?.some(({ address }) => familyOf(address) === family),
    );
    await this.#need(added);
    if (anew) await this.#carryOut(() => this.#replace(edit));
    else await this.#carryOut(() => restoreAll(this.#parts.ipset, this.#editLines(edit)));
  }

  async networks(all: readonly StandingNetwork[]): Promise<void> {
    this.#lines = undefined;
    await this.#need(this.#sets.filter((set) => wantedIn(set, all).length > 0));
    await this.#carryOut(async () => {
      for (const set of this.#sets.filter((one) => this.#isThere(one))) {
        const there = await this.#networksIn(set.name);
        const lines = this.#networkLines(set.name, there, wantedIn(set, all));
        await restoreAll(this.#parts.ipset, lines);
      }
    });
  }

  async settled(_before: readonly string[], lines: readonly string[]): Promise<void> {
    [this.#lines, this.#settledAt, this.#seen] = [lines, performance.now(), ''];
  }

  /**
   * Whether there are fewer than there should be, by the sets' last look; one taken out
   * and another put there in its place is not noticed.
   */
  lost(): boolean {
    const { sets, prefix } = this.#parts;
    if (!this.#lines || sets.lookedAt < this.#settledAt) return false;
    const entries = this.#sets.map(({ name }) => sets.entries(name) ?? 0);
    if (String(entries) === this.#seen) return false;
    this.#seen = String(entries);
    const least = countStanding(this.#lines, Date.now() / 1000 + near, (service, family) =>
      standName(prefix, service, `${family}`),
    );
    return this.#sets.some(({ name }, at) => (entries[at] ?? 0) < (least.get(name) ?? 0));
  }

  /** Whether what lasts longer than ipset can count has to be told so anew: once each time. */
  takeRenewal(): boolean {
    if (this.#renewAt === undefined || performance.now() < this.#renewAt) return false;
    this.#renewAt = undefined;
    return true;
  }

  *#editLines({ remove, add }: StandingEdit): Generator<string> {
    const { prefix } = this.#parts;
    for (const [service, gone] of remove) {
      const stays = new Set(add.get(service)?.map(({ address }) => address));
      for (const host of gone) {
        // not for a moment out, whoever only gets another time
        if (!stays.has(host)) yield `del ${standName(prefix, service, familyOf(host))} ${host}`;
      }
    }
    for (const [service, some] of add) {
      for (const one of some)
        yield this.#add(standName(prefix, service, familyOf(one.address)), one);
    }
  }

  /** Fills sets beside those that rules name, and puts them in their place. */
  async #replace({ add }: StandingEdit): Promise<void> {
    const { ipset } = this.#parts;
    const drafts: (readonly [draft: string, name: string])[] = [];
    try {
      for (const set of this.#sets.filter((one) => this.#isThere(one))) {
        const hosts = (add.get(set.service) ?? []).filter(
          ({ address }) => familyOf(address) === set.family,
        );
        // networks are another edit's, and stay until then
        const networks = await this.#networksIn(set.name);
        if (hosts.length + networks.length === 0) {
          await restoreAll(ipset, [`flush ${set.name}`]);
          continue;
        }
        const draft = draftName(this.#parts.prefix, set.service, set.family);
        await destroy(ipset, draft); // of one who died half way
        drafts.push([draft, set.name]);
        await restoreAll(ipset, this.#draftLines(draft, set, hosts, networks));
      }
      for (const [draft, name] of drafts) await swap(ipset, draft, name);
    } finally {
      for (const [draft] of drafts) await destroy(ipset, draft);
    }
  }

  *#draftLines(
    draft: string,
    { family }: Pick<OwnSet, 'family'>,
    hosts: readonly Lasting[],
    networks: readonly Listed[],
  ): Generator<string> {
    // room for networks that are to go, too
    const size = roomFor(Math.max(this.#parts.mostStanding, networks.length));
    yield createStandLine(draft, family, size);
    // one that could not be destroyed, because somebody was listing it, holds who stood before
    yield `flush ${draft}`;
    for (const host of hosts) yield this.#add(draft, host);
    for (const { address, seconds } of networks) {
      yield this.#add(draft, { address, seconds: seconds === forEver ? undefined : seconds });
    }
  }

  *#networkLines(
    set: string,
    there: readonly Listed[],
    wanted: readonly Lasting[],
  ): Generator<string> {
    const had = new Map(there.map(({ address, seconds }) => [address, seconds]));
    for (const one of wanted) {
      const shall = one.seconds === undefined ? forEver : Math.min(one.seconds, longest);
      const has = had.get(one.address);
      had.delete(one.address);
      if (has === undefined || Math.abs(has - shall) > near) yield this.#add(set, one);
      else this.#noteEnd(one.seconds);
    }
    for (const network of had.keys()) yield `del ${set} ${network}`;
  }

  #add(set: string, { address, seconds }: Lasting): string {
    this.#noteEnd(seconds);
    // never longer than asked; 0 is for ever
    const whole = seconds === undefined ? 0 : Math.max(1, Math.min(Math.floor(seconds), longest));
    return `add ${set} ${address} timeout ${whole}`;
  }

  #noteEnd(seconds: number | undefined): void {
    if (seconds !== undefined && seconds > longest) {
      this.#renewAt ??= performance.now() + renewAfter;
    }
  }

  async #networksIn(set: string): Promise<Listed[]> {
    return listIpset(this.#parts.ipset, set, isNetwork);
  }

  #isThere({ name }: Pick<OwnSet, 'name'>): boolean {
    const { sets } = this.#parts;
    return sets.entries(name) !== undefined && sets.fault([{ name }]) === undefined;
  }

  /** @throws Refused `kernel` where one of them was not right, and still is not. */
  async #need(wanted: readonly Pick<OwnSet, 'name'>[]): Promise<void> {
    const { sets, repair } = this.#parts;
    if (wanted.every((set) => this.#isThere(set))) return;
    await repair();
    const fault = sets.fault(wanted);
    if (fault !== undefined) throw new Refused('kernel', fault);
  }

  /** Once more where a set had gone a moment ago. */
  async #carryOut(work: () => Promise<void>): Promise<void> {
    try {
      await work().catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        await this.#parts.repair();
        await work();
      });
    } catch (error) {
      const why = /is full/.test(reasonOf(error))
        ? 'a set has no room for more (its "maxelem")'
        : reasonOf(error);
      throw new Refused('kernel', `ipset refuses standing entries: ${why}`);
    }
  }
}

function wantedIn(
  { service, family }: Pick<OwnSet, 'service' | 'family'>,
  all: readonly StandingNetwork[],
): Lasting[] {
  return all
    .filter(({ network, services }) => services.has(service) && familyOf(network) === family)
    .map(({ network, services }) => ({ address: network, seconds: services.get(service) }));
}
