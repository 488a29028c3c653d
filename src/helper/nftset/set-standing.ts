import { familyOf, type Family } from '../../firewall/wire-network.ts';
import { Refused } from '../../firewall/wire-rules.ts';
import type { StandingEntry } from '../../firewall/wire-standing.ts';
import {
  editLines,
  families,
  filling,
  quickEditLines,
  ranges,
  type On,
} from '../nft/lasting-lines.ts';
import { runNft } from '../nft/nft-run.ts';
import type { StandingEdit, StandingNetwork, StandingPlace } from '../standing/place.ts';
import type { Finding } from './set-check.ts';
import { standName, standNetName, type SetConfig } from './set-names.ts';

export interface SetStandingParts {
  readonly nft: string;
  readonly sets: SetConfig;
  /** Looks again which sets are there. */
  readonly repair: () => Promise<unknown>;
}

/** What others report of our changes may reach us a good while later. */
const mostRemembered = 200;
/** The second part of a key: whichever it is, because the rule that names the set says which. */
const anyProtocol = ['0-255'];

type NameOf = typeof standName;

/**
 * Standing entries in the administrator's table, in sets beside those of visitors, so that
 * a grant and an entry of one address do not meet. A nft of its own for each transaction,
 * which gives its memory back.
 */
export class SetStanding implements StandingPlace {
  readonly #parts: SetStandingParts;
  readonly #services: readonly string[];
  /** By set; undefined where it is as it should be. */
  #faults: ReadonlyMap<string, string | undefined> = new Map();
  #workers: number[] = [];

  constructor(parts: SetStandingParts) {
    this.#parts = parts;
    this.#services = [...parts.sets.sets.keys()];
  }

  /** What was found of the sets just now. */
  found(findings: readonly Finding[]): void {
    this.#faults = new Map(findings.map(({ set, fault }) => [set.name, fault]));
  }

  check({ target, services }: StandingEntry): void {
    const family = familyOf(target);
    const homeless = services.find(
      (service) => standName(this.#parts.sets, service, family) === undefined,
    );
    if (homeless === undefined) return;
    throw new Refused(
      'bad-address',
      `helper.json names no set for IPv${family} of service ${homeless}, so ${target} cannot stand.`,
    );
  }

  async hosts(edit: StandingEdit, anew: boolean): Promise<void> {
    const targets = [...edit.add].flatMap(([service, some]) =>
      familiesOf(some.map(({ address }) => address)).map((family) => ({ service, family })),
    );
    await this.#need(standName, targets);
    const on = (service: string): On => this.#on(standName, service);
    if (!anew && (await this.#try(quickEditLines(on, edit))) === undefined) return;
    await this.#carryOut(() => {
      const remove = new Map(
        [...edit.remove].map(([service, gone]) => [
          service,
          gone.filter((host) => this.#isSound(standName, service, familyOf(host))),
        ]),
      );
      const emptied = anew ? this.#emptied(standName) : [];
      return [...emptied, ...editLines(on, { ...edit, remove })];
    });
  }

  async networks(all: readonly StandingNetwork[]): Promise<void> {
    const wanted = this.#services.map((service) => {
      const some = all
        .filter(({ services }) => services.has(service))
        .map(({ network, services }) => ({ network, seconds: services.get(service) }));
      return { service, some };
    });
    const targets = wanted.flatMap(({ service, some }) =>
      familiesOf(some.map(({ network }) => network)).map((family) => ({ service, family })),
    );
    await this.#need(standNetName, targets);
    await this.#carryOut(() => [
      ...this.#emptied(standNetName),
      ...wanted.flatMap(({ service, some }) =>
        filling(this.#on(standNetName, service), ranges(some, anyProtocol)),
      ),
    ]);
  }

  /** Whether a change by this process was ours. */
  madeBy(pid: number): boolean {
    return this.#workers.includes(pid);
  }

  #on(nameOf: NameOf, service: string): On {
    const { sets } = this.#parts;
    return (family) => `${sets.family} ${sets.table} ${nameOf(sets, service, family) ?? ''}`;
  }

  /** A set that is missing, or another's, is left alone. */
  #emptied(nameOf: NameOf): string[] {
    return this.#services.flatMap((service) =>
      families
        .filter((family) => this.#isSound(nameOf, service, family))
        .map((family) => `flush set ${this.#on(nameOf, service)(family)}`),
    );
  }

  #isSound(nameOf: NameOf, service: string, family: Family): boolean {
    const name = nameOf(this.#parts.sets, service, family) ?? '';
    return this.#faults.has(name) && this.#faults.get(name) === undefined;
  }

  /** @throws Refused `kernel` where one was not right, and still is not. */
  async #need(
    nameOf: NameOf,
    targets: readonly { readonly service: string; readonly family: Family }[],
  ): Promise<void> {
    const wrong = (): { service: string; family: Family } | undefined =>
      targets.find(({ service, family }) => !this.#isSound(nameOf, service, family));
    if (!wrong()) return;
    await this.#parts.repair();
    const still = wrong();
    if (!still) return;
    const name = nameOf(this.#parts.sets, still.service, still.family) ?? '';
    throw new Refused('kernel', this.#faults.get(name) ?? `The set ${name} is not known.`);
  }

  /** Once more after a look, where a set had gone a moment ago. */
  async #carryOut(lines: () => readonly string[]): Promise<void> {
    const fault = await this.#try(lines());
    if (fault === undefined) return;
    if (!/No such file/.test(fault)) throw refusal(fault);
    await this.#parts.repair();
    const again = await this.#try(lines());
    if (again !== undefined) throw refusal(again);
  }

  /** What nft says against it, if anything. */
  async #try(lines: readonly string[]): Promise<string | undefined> {
    if (lines.length === 0) return undefined;
    const script = `${lines.join('\n')}\n`;
    const { status, errors } = await runNft(this.#parts.nft, ['-f', '-'], script, (pid) => {
      this.#workers = [...this.#workers.slice(1 - mostRemembered), pid];
    });
    return status === 0 ? undefined : errors;
  }
}

const familiesOf = (targets: readonly string[]): Family[] =>
  families.filter((family) => targets.some((target) => familyOf(target) === family));

/** The first line says what and why; what follows repeats the whole transaction. */
function refusal(errors: string): Refused {
  const [first = 'nothing'] = errors.trim().split('\n');
  const why = /Too many open files/.test(errors)
    ? 'a set has no room for more (its "size")'
    : first.slice(0, 200);
  return new Refused('kernel', `nft refuses standing entries: ${why}`);
}
