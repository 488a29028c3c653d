import { createHash, type Hash } from 'node:crypto';
import type { WireLimits, WireStandFailure, WireStandingLimits } from './wire.ts';
import { familyOf, isNetwork, readNetwork } from './wire-network.ts';
import { checkAddress, quote, Refused } from './wire-rules.ts';

/** A standing entry: who is let in until further notice, and to what. */
export interface StandingEntry {
  /** An address, or a network in CIDR. */
  readonly target: string;
  readonly services: readonly string[];
  /** Unix seconds; 0 for good. */
  readonly until: number;
}

/** Reported of one list; more faults than this are one fault. */
export const mostFailures = 1000;
/** Ten years, leap days included: longer is for good, and should say so. Seconds. */
const longestStanding = 3653 * 86_400;
/** No target with all services that there can be is longer. */
const longestLine = 1024;

/** As it stands in the list: `203.0.113.7 sip,web 0`. */
export function standingLine({ target, services, until }: StandingEntry): string {
  return `${target} ${services.toSorted().join(',')} ${until}`;
}

/** The target of a line; of text that is no line, some of its beginning. */
export function targetOf(line: string): string {
  const end = line.indexOf(' ');
  return (end < 0 ? line : line.slice(0, end)).slice(0, 64);
}

/** Most lines of a list name the same few services. */
let lately: { readonly text: string; readonly services: readonly string[] } = {
  text: '',
  services: [],
};

/** Takes a line apart that has been checked. */
export function readLine(line: string): StandingEntry {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const text = line.slice(first + 1, second);
  if (text !== lately.text) lately = { text, services: text.split(',') };
  return {
    target: line.slice(0, first),
    services: lately.services,
    until: Number(line.slice(second + 1)),
  };
}

/** Lines to come in the order of a list; one call after the other makes the digest of them all. */
export class StandingDigest {
  readonly #hash: Hash = createHash('sha256');
  #begun = false;

  add(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#hash.update(`${this.#begun ? '\n' : ''}${lines.join('\n')}`);
    this.#begun = true;
  }

  /** Once. */
  text(): string {
    return this.#hash.digest('hex');
  }
}

/**
 * Every rule for one line. `now` in Unix seconds.
 *
 * @throws Refused `malformed`, `bad-address`, `bad-service` or `bad-duration`
 */
export function checkStanding(line: string, limits: WireLimits, now: number): void {
  if (line.length > longestLine || !/^\S+ [a-z0-9,-]+ (0|[1-9][0-9]{0,11})$/.test(line)) {
    throw new Refused(
      'malformed',
      'A standing entry is a target, services joined by commas, and Unix seconds or 0.',
    );
  }
  const { target, services, until } = readLine(line);
  if (isNetwork(target)) checkNetwork(target, limits.standing);
  else checkAddress(target);
  for (const [at, service] of services.entries()) {
    if (!limits.services.includes(service)) {
      throw new Refused(
        'bad-service',
        `There is no service ${quote(service)}; the helper knows ${limits.services.join(', ')}.`,
      );
    }
    if (at > 0 && service <= (services[at - 1] ?? '')) {
      throw new Refused('bad-service', 'The services are not in order, or one is named twice.');
    }
  }
  if (until !== 0 && until <= now) throw new Refused('bad-duration', 'Its time is over.');
  if (until > now + longestStanding) {
    throw new Refused('bad-duration', 'An entry with an end stands for 10 years at most.');
  }
}

function checkNetwork(target: string, limits: WireStandingLimits | undefined): void {
  const network = readNetwork(target);
  if (!network) {
    throw new Refused(
      'bad-address',
      `${quote(target)} is not a network in canonical form (198.51.100.0/24, 2001:db8::/32, host bits zero) that packets can come from.`,
    );
  }
  const widest = (familyOf(target) === 4 ? limits?.widest4 : limits?.widest6) ?? 128;
  if (network.prefix < widest) {
    throw new Refused(
      'bad-address',
      `${target} is wider than /${widest}, the widest that the helper's configuration (helper.json, standing.widest${network.family}) allows.`,
    );
  }
}

/** Sorts lines, as they come, into what may stand and what may not. Keeps no more than the limits allow. */
export class StandingSorter {
  readonly good: string[] = [];
  readonly failed: WireStandFailure[] = [];
  readonly #limits: WireLimits;
  readonly #now: number;
  readonly #further: (entry: StandingEntry) => void;

  /** `now` in Unix seconds; `further` throws Refused where an entry that is right has no place. */
  constructor(limits: WireLimits, now: number, further: (entry: StandingEntry) => void = () => {}) {
    this.#limits = limits;
    this.#now = now;
    this.#further = further;
  }

  take(lines: readonly string[]): void {
    for (const line of lines) {
      try {
        checkStanding(line, this.#limits, this.#now);
        this.#further(readLine(line));
        if (this.good.length >= this.#most) throw this.#tooMany();
        this.good.push(line);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (this.failed.length < mostFailures) {
          this.failed.push({ target: targetOf(line), reason: error.message });
        }
      }
    }
  }

  get #most(): number {
    return this.#limits.standing?.most ?? 0;
  }

  #tooMany(): Refused {
    return new Refused(
      'too-many',
      this.#most === 0
        ? 'The helper keeps no standing entries, unless its configuration (helper.json) says how many under "standing": {"most": …}.'
        : `${this.#most} standing entries are the most that the helper's configuration (helper.json, standing.most) allows.`,
    );
  }
}
