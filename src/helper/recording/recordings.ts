import { randomUUID } from 'node:crypto';
import { everyNetwork, type WireSighting } from '../../firewall/wire.ts';
import { checkRecording, Refused } from '../../firewall/wire-rules.ts';
import type { HelperConfig } from '../config/config.ts';
import { isServicePort } from '../config/services.ts';
import { pickDecoys, pickPort } from './decoys.ts';
import { listSet } from '../nft/nft-list.ts';
import { portsInUse } from './ports-in-use.ts';
import { sightingsOf } from './sightings.ts';
import type { Transactions } from '../nft/transactions.ts';
import { Turns } from '../turns.ts';
import {
  cameSets,
  endLine,
  fullSet,
  slots,
  straySets,
  windowLine,
  windowTable,
  withdrawLine,
  type Slot,
} from './window-rules.ts';

interface Recording {
  readonly slot: Slot;
  readonly wanted: readonly number[];
  readonly decoys: ReadonlySet<number>;
  readonly timer: NodeJS.Timeout;
}

/** What was seen may be read for so long after the window's end. Seconds. */
const readable = 20;

/**
 * Windows in which the guard notes who tries certain ports. The kernel ends each by
 * itself; here is kept only which ports belong to which. No message names a port: it
 * may be part of somebody's knock code.
 */
export class Recordings {
  readonly #nft: string;
  readonly #config: HelperConfig;
  readonly #transactions: Transactions;
  readonly #turns = new Turns();
  readonly #recordings = new Map<string, Recording>();

  constructor(nft: string, config: HelperConfig, transactions: Transactions) {
    this.#nft = nft;
    this.#config = config;
    this.#transactions = transactions;
  }

  /** @throws Refused `bad-port`, `bad-duration`, `too-many`, `kernel` or `unconfirmed` */
  begin(
    ports: readonly number[] | 'any',
    seconds: number,
  ): Promise<{ recording: string; ports: readonly number[] }> {
    return this.#turns.take(async () => {
      checkRecording(ports, seconds);
      const others = [...this.#recordings.values()];
      const slot = slots.find((one) => others.every((other) => other.slot !== one));
      if (slot === undefined) {
        throw new Refused(
          'too-many',
          `${slots.length} recordings are going on, which is the most.`,
        );
      }
      const used = await portsInUse();
      const isFree = (port: number): boolean =>
        !isServicePort(this.#config.services, port) &&
        !used.has(port) &&
        !others.some(({ wanted }) => wanted.includes(port));
      const { pairing } = this.#config;
      const isUntold = (port: number): boolean =>
        isFree(port) && !others.some(({ decoys }) => decoys.has(port));
      const wanted = ports === 'any' ? pickPort(pairing, isUntold) : ports.filter(isFree);
      if (wanted.length < (ports === 'any' ? 1 : ports.length)) throw inUse();
      const decoys = pickDecoys(wanted, isFree, ports === 'any' ? pairing : undefined);
      await this.#withdraw(wanted, others);
      await this.#transactions.run(windowLine(this.#config, slot, { wanted, decoys }, seconds));
      const recording = randomUUID();
      const timer = setTimeout(() => void this.#expire(recording), (seconds + readable) * 1000);
      this.#recordings.set(recording, {
        slot,
        wanted,
        decoys: new Set(decoys),
        timer: timer.unref(),
      });
      return { recording, ports: wanted };
    });
  }

  /**
   * Who came so far. Nobody at all and strays from everywhere, once anybody could not be
   * noted: whoever fills a set could else shut out the caller, or the mark that shows a sweeper.
   *
   * @throws Refused `gone` or `kernel`
   */
  async seen(
    recording: string,
  ): Promise<{ sightings: readonly WireSighting[]; strayNetworks: number }> {
    const { slot, wanted } = this.#find(recording);
    const table = windowTable(this.#config.table, slot);
    const list = (set: string) => listSet(this.#nft, table, set);
    const came = (await Promise.all(cameSets.map(list))).flat();
    // after those who came: who came and then strayed must be known as a stray
    const [full = [], ...strays] = await Promise.all([fullSet, ...straySets].map(list));
    // ended meanwhile: the table may be another recording's by now
    this.#find(recording);
    if (full.length > 0) return { sightings: [], strayNetworks: everyNetwork };
    const strayNetworks = new Set(strays.flat().map(({ key }) => key));
    return {
      sightings: sightingsOf(came, wanted, strayNetworks),
      strayNetworks: strayNetworks.size,
    };
  }

  /** Ends a window and forgets what was seen in it; one that is gone is no error. */
  end(recording: string): Promise<void> {
    return this.#turns.take(async () => {
      const known = this.#recordings.get(recording);
      if (!known) return;
      clearTimeout(known.timer);
      this.#recordings.delete(recording);
      await this.#transactions.run(endLine(this.#config.table, known.slot));
    });
  }

  /** What a helper before us recorded is nobody's. */
  clear(): Promise<void> {
    const lines = slots.map((slot) => endLine(this.#config.table, slot));
    return this.#turns.take(() => this.#transactions.run(lines.join('; ')));
  }

  /** Who is sent to a port must not be a stray in the eyes of another recording. */
  async #withdraw(wanted: readonly number[], others: readonly Recording[]): Promise<void> {
    for (const { slot, decoys } of others) {
      const shared = wanted.filter((port) => decoys.has(port));
      if (shared.length === 0) continue;
      // refused: its table is gone, and the decoys with it
      await this.#transactions.try(withdrawLine(this.#config.table, slot, shared));
    }
  }

  async #expire(recording: string): Promise<void> {
    // its ports have timed out already; the next in its place replaces the rest
    await this.end(recording).catch(() => undefined);
  }

  #find(recording: string): Recording {
    const found = this.#recordings.get(recording);
    if (found) return found;
    throw new Refused('gone', 'There is no such recording, or none any more.');
  }
}

const inUse = (): Refused =>
  new Refused(
    'bad-port',
    'A port belongs to a service, to a socket of this host or to another recording, or hardly any of "pairing" is free.',
  );
