import { AccessError } from '../domain/access-error.ts';
import { parseAddress, type Address } from '../domain/address.ts';
import type { Standing } from '../domain/entry.ts';
import type { Opening } from '../domain/grant.ts';
import type { Firewall, OpenAddress, Recording, StandReport, SyncReport } from '../domain/ports.ts';
import type { Seconds } from '../domain/time.ts';
import { changes, Requests, type Ask, type Done } from './requests.ts';
import { SharedList } from './shared-list.ts';
import { stand } from './standing.ts';
import type { WireLimits, WireTimings } from './wire.ts';

export interface HelperClientOptions {
  /** Absolute path of the helper's socket. */
  readonly socket: string;
  /** Milliseconds that an answer may take, the wait for a connection included; lists and syncs get five times as long. */
  readonly deadline?: number;
  /** Told of each confirmed open: milliseconds from call to answer, and the helper's own times. */
  readonly latency?: (milliseconds: number, timings: WireTimings) => void;
  /** Told of every answer, and of every request that none came to in time. */
  readonly answered?: (verb: Ask['verb'], milliseconds: number | undefined) => void;
}

/**
 * The gate as the privileged helper keeps it. Reconnects by itself, for ever. An
 * open whose end nobody knows is reported as not opened, and the listeners of
 * `onDisturbed` are called, so that the reconciler closes it if it was.
 */
export class HelperClient implements Firewall {
  readonly #requests: Requests;
  /** Lists take long, and the helper answers a connection in order: an open waits behind nothing but its like. */
  #others: Requests | undefined;
  /** A long list of standing entries holds up nothing else. */
  #lists: Requests | undefined;
  #standing: Promise<unknown> = Promise.resolve();
  readonly #opened = new SharedList(() => this.#list());
  readonly #socket: string;
  readonly #deadline: number;
  readonly #latency: HelperClientOptions['latency'];
  readonly #answered: HelperClientOptions['answered'];
  readonly #listeners: (() => void)[] = [];

  constructor({ socket, deadline = 2000, latency, answered }: HelperClientOptions) {
    this.#socket = socket;
    this.#deadline = deadline;
    this.#latency = latency;
    this.#answered = answered;
    this.#requests = new Requests(socket, () => {
      this.#opened.changed();
      this.#listeners.forEach((listener) => listener());
    });
  }

  async open({ address, services }: Opening): Promise<void> {
    const began = performance.now();
    const { timings } = await this.#ask({ verb: 'open', address, services });
    if (timings) this.#latency?.(performance.now() - began, timings);
  }

  async close(address: Address): Promise<void> {
    await this.#ask({ verb: 'close', address });
  }

  list(): Promise<readonly OpenAddress[]> {
    return this.#opened.get();
  }

  async #list(): Promise<OpenAddress[]> {
    const { addresses } = await this.#ask({ verb: 'list' }, 5);
    return present(addresses, 'addresses').map(({ address, services }) => ({
      address: addressOf(address),
      services,
    }));
  }

  async sync(openings: readonly Opening[]): Promise<SyncReport> {
    const { report } = await this.#ask({ verb: 'sync', openings }, 5);
    const { opened, closed, failed } = present(report, 'report');
    return { opened: opened.map(addressOf), closed: closed.map(addressOf), failed };
  }

  /** One list after the other: a newer one never stands before an older. */
  stand(entries: readonly Standing[]): Promise<StandReport> {
    const next = this.#standing.then(() =>
      stand(entries, (ask) => this.#askOn(this.#forStanding(), ask, standingTimes)),
    );
    this.#standing = next.catch(() => undefined);
    return next;
  }

  async limits(): Promise<WireLimits> {
    return present((await this.#ask({ verb: 'limits' })).limits, 'limits');
  }

  async packetsFrom(address: Address): Promise<number> {
    return present((await this.#ask({ verb: 'packets', address })).packets, 'packets');
  }

  async record(wanted: readonly number[] | 'any', seconds: Seconds): Promise<Recording> {
    const answer = await this.#ask({ verb: 'record', ports: wanted, seconds });
    const recording = present(answer.recording, 'recording');
    return {
      ports: present(answer.ports, 'ports'),
      seen: async () => {
        const answer = await this.#ask({ verb: 'recorded', recording }, 5);
        return {
          sightings: present(answer.sightings, 'sightings').map((sighting) => ({
            ...sighting,
            address: addressOf(sighting.address),
          })),
          strayNetworks: present(answer.strayNetworks, 'strayNetworks'),
        };
      },
      // left alone, it ends by itself
      stop: () => this.#ask({ verb: 'unrecord', recording }).then(nothing, nothing),
    };
  }

  onDisturbed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Lets go of the helper; what is still under way is rejected, what is open stays open. */
  stop(): void {
    this.#requests.stop();
    this.#others?.stop();
    this.#lists?.stop();
  }

  #besides(): Requests {
    return (this.#others ??= new Requests(this.#socket, () => undefined));
  }

  #forStanding(): Requests {
    return (this.#lists ??= new Requests(this.#socket, () => undefined));
  }

  #ask(ask: Ask, times = 1): Promise<Done> {
    return this.#askOn(urgent.has(ask.verb) ? this.#requests : this.#besides(), ask, times);
  }

  async #askOn(requests: Requests, ask: Ask, times: number): Promise<Done> {
    const began = performance.now();
    const answer = await requests
      .make(ask, this.#deadline * times, this.#deadline)
      .catch((error: unknown) => {
        this.#answered?.(ask.verb, undefined);
        throw error;
      })
      // also one that failed: it may have been carried out
      .finally(() => {
        if (changes(ask)) this.#opened.changed();
      });
    this.#answered?.(ask.verb, performance.now() - began);
    if (answer.ok) return answer;
    const { code, message } = answer.error;
    const unknown = code === 'unconfirmed' || code === 'busy';
    throw new AccessError(
      unknown ? 'firewall-unavailable' : 'firewall-refused',
      `The firewall helper refused to ${ask.verb}: ${message}`,
    );
  }
}

/** 100,000 entries take a second or two; a slow machine more. */
const standingTimes = 15;

const urgent: ReadonlySet<Ask['verb']> = new Set(['open', 'close', 'sync', 'limits']);

const nothing = (): void => undefined;

function present<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new AccessError('internal', `The helper's answer has no ${what}: versions may differ.`);
}

function addressOf(text: string): Address {
  return present(parseAddress(text), 'valid address');
}
