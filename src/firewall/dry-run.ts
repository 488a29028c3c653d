import { randomInt } from 'node:crypto';
import { AccessError } from '../domain/access-error.ts';
import type { Address } from '../domain/address.ts';
import type { Standing } from '../domain/entry.ts';
import type { Opening } from '../domain/grant.ts';
import type {
  Firewall,
  FirewallLimits,
  OpenAddress,
  Recording,
  StandReport,
  SyncReport,
} from '../domain/ports.ts';
import { after, secondsBetween, type Clock, type Instant, type Seconds } from '../domain/time.ts';
import { DryRunStanding } from './dry-run-standing.ts';
import { changesBetween } from './wire-compare.ts';
import {
  checkAddress,
  checkOpening,
  checkRecording,
  Refused,
  sortOpenings,
  tooMany,
} from './wire-rules.ts';

/** For whoever looks how things are: all else looks as if the gate were real. */
export const dryRunWarning = 'This is a dry run: nothing is opened in any firewall.';

/**
 * A gate that only says what it would do: where there is no nftables to be had,
 * and in tests. Follows the helper's rules, and forgets when the time is up.
 */
export class DryRunFirewall implements Firewall {
  readonly #limits: FirewallLimits;
  readonly #clock: Clock;
  readonly #say: (sentence: string) => void;
  readonly #open = new Map<Address, Map<string, Instant>>();
  readonly #standing: DryRunStanding;

  constructor(limits: FirewallLimits, clock: Clock, say: (sentence: string) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#say = say;
    this.#standing = new DryRunStanding(limits, say);
  }

  async open(opening: Opening): Promise<void> {
    this.#checked(() => {
      checkOpening(opening, this.#limits);
      this.#expire();
      const full = this.#open.size >= this.#limits.mostAddresses;
      if (full && !this.#open.has(opening.address)) throw tooMany(this.#limits);
    });
    this.#set(opening);
  }

  async close(address: Address): Promise<void> {
    this.#checked(() => checkAddress(address));
    this.#drop(address);
  }

  async list(): Promise<OpenAddress[]> {
    this.#expire();
    const now = this.#clock.now();
    return [...this.#open].map(([address, services]) => ({
      address,
      services: [...services].map(([service, ends]) => ({
        service,
        seconds: secondsBetween(now, ends),
        packets: 0,
      })),
    }));
  }

  async sync(openings: readonly Opening[]): Promise<SyncReport> {
    const { good, failed } = sortOpenings(openings, this.#limits);
    const wanted = new Map<string, Opening>(good.map((opening) => [opening.address, opening]));
    const opened: Address[] = [];
    const closed: Address[] = [];
    for (const { address } of changesBetween(await this.list(), good)) {
      const opening = wanted.get(address);
      if (opening) {
        this.#set(opening);
        opened.push(opening.address);
      } else {
        this.#drop(address as Address);
        closed.push(address as Address);
      }
    }
    return { opened, closed, failed };
  }

  async stand(entries: readonly Standing[]): Promise<StandReport> {
    return this.#standing.stand(entries, this.#clock.now());
  }

  async limits(): Promise<FirewallLimits> {
    return { ...this.#limits, warnings: [dryRunWarning] };
  }

  /** Nobody comes to a gate that is not there. */
  async packetsFrom(address: Address): Promise<number> {
    this.#checked(() => checkAddress(address));
    return 0;
  }

  async record(ports: readonly number[] | 'any', seconds: Seconds): Promise<Recording> {
    this.#checked(() => checkRecording(ports, seconds));
    // not which ports: they may be somebody's knock code
    this.#say(`would record for ${Math.round(seconds)} s`);
    return {
      // the dynamic ports of RFC 6335, as the helper has them
      ports: ports === 'any' ? [randomInt(49_152, 65_536)] : [...ports],
      seen: async () => ({ sightings: [], strayNetworks: 0 }),
      stop: async () => undefined,
    };
  }

  /** Nothing but this object changes what it holds. */
  onDisturbed(_listener: () => void): void {}

  #set({ address, services }: Opening): void {
    const now = this.#clock.now();
    this.#open.set(
      address,
      new Map(services.map(({ service, seconds }) => [service, after(now, seconds)])),
    );
    const list = services.map(({ service, seconds }) => `${service} for ${Math.round(seconds)} s`);
    this.#say(`would open ${address}: ${list.join(', ')}`);
  }

  #drop(address: Address): void {
    if (this.#open.delete(address)) this.#say(`would close ${address}`);
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [address, services] of this.#open) {
      for (const [service, ends] of services) if (ends <= now) services.delete(service);
      if (services.size === 0) this.#open.delete(address);
    }
  }

  #checked(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new AccessError('firewall-refused', error.message);
    }
  }
}
