import type { Log } from '../log.ts';
import { roomFor } from '../standing/room.ts';
import { spareSlots } from '../spare-slots.ts';
import { runIpset } from './ipset-run.ts';
import {
  createLine,
  createStandLine,
  families,
  parseHeaders,
  setName,
  shapeFault,
  standName,
  type Family,
  type Header,
} from './set-names.ts';

export interface OwnSetsParts {
  readonly ipset: string;
  readonly prefix: string;
  readonly services: readonly string[];
  readonly mostAddresses: number;
  readonly mostStanding: number;
  readonly log: Log;
}

export interface OwnSet {
  readonly name: string;
  readonly service: string;
  readonly family: Family;
  /** Whether it is for those who stand. */
  readonly stands: boolean;
  /** As `ipset restore` takes it. */
  readonly creation: string;
}

/** The sets that are ours: makes those that are missing, and knows what is wrong with the others. */
export class OwnSets {
  readonly all: readonly OwnSet[];
  readonly #parts: OwnSetsParts;
  #headers: ReadonlyMap<string, Header> = new Map();
  #faults: ReadonlyMap<string, string> = new Map();
  #lookedAt = 0;

  constructor(parts: OwnSetsParts) {
    this.#parts = parts;
    this.all = wantedSets(parts);
  }

  /** Makes those that are missing; whether there were any. @throws IpsetRefused or IpsetLost */
  async ensure(): Promise<boolean> {
    const { ipset, log } = this.#parts;
    this.#lookedAt = performance.now();
    this.#headers = parseHeaders(await runIpset(ipset, ['list', '-t']));
    const missing = this.all.filter(({ name }) => !this.#headers.has(name));
    if (missing.length > 0) {
      const lines = missing.map(({ creation }) => creation);
      await runIpset(ipset, ['restore', '-exist'], `${lines.join('\n')}\n`);
      log('sets-made', { sets: missing.map(({ name }) => name) });
      this.#headers = parseHeaders(await runIpset(ipset, ['list', '-t']));
    }
    const faults = new Map(this.all.flatMap((set) => this.#faultOf(set)));
    if (String([...faults]) !== String([...this.#faults])) {
      log('sets-wrong', { faults: [...faults.values()] });
    }
    this.#faults = faults;
    return missing.length > 0;
  }

  /** What keeps any of these from holding entries, with its mend. */
  fault(sets: readonly Pick<OwnSet, 'name'>[] = this.all): string | undefined {
    const wrong = sets.find(({ name }) => this.#faults.has(name));
    return wrong && this.#faults.get(wrong.name);
  }

  /** When the last look began, by the monotonic clock. Milliseconds. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  faults(): readonly string[] {
    return [...this.#faults.values()];
  }

  /** How many were in a set at the last look; undefined when there was none. */
  entries(name: string): number | undefined {
    return this.#headers.get(name)?.entries;
  }

  #faultOf(set: OwnSet): [name: string, fault: string][] {
    const { name, family, stands, creation } = set;
    const header = this.#headers.get(name);
    const fault = header && shapeFault(header, family, !stands);
    if (fault === undefined) return [];
    return [
      [
        name,
        `The ipset ${name} ${fault}. Remove the rules that name it and "ipset destroy ${name}"; it is made by: ipset ${creation}`,
      ],
    ];
  }
}

export function wantedSets({
  prefix,
  services,
  mostAddresses,
  mostStanding,
}: Omit<OwnSetsParts, 'ipset' | 'log'>): OwnSet[] {
  return services.flatMap((service) =>
    families.flatMap((family) => {
      const visitors = setName(prefix, service, family);
      const standing = standName(prefix, service, family);
      const common = { service, family };
      return [
        {
          ...common,
          name: visitors,
          stands: false,
          creation: createLine(visitors, family, mostAddresses + spareSlots),
        },
        ...(mostStanding === 0
          ? []
          : [
              {
                ...common,
                name: standing,
                stands: true,
                creation: createStandLine(standing, family, roomFor(mostStanding)),
              },
            ]),
      ];
    }),
  );
}
