import type { Edit, Timed } from '../edit.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Transactions } from '../nft/transactions.ts';
import { memory, type CutTable } from './cut-table.ts';
import { ShutList } from './shut-list.ts';

/** Addresses in one transaction, as in a sync, and how long it may take. Milliseconds. */
const batch = 500;
const deadline = 1500 + 10 * batch;

/** What the kernel is told in our own table. Nobody is kept out, or in, because that fails: it never rejects. */
export class Memory {
  readonly #table: CutTable;
  readonly #transactions: Transactions;
  readonly #log: Log;
  readonly #shut = new ShutList();
  readonly #services: readonly string[];

  constructor(table: CutTable, transactions: Transactions, services: readonly string[], log: Log) {
    this.#table = table;
    this.#transactions = transactions;
    this.#services = services;
    this.#log = log;
  }

  /** Who is let in is known, and the server may speak first again. */
  admit(edit: Edit): Promise<void> {
    const open = [...edit.renew].map(([service, timed]) => {
      const around = timed.flatMap(({ address }) => this.#shut.around(service, address));
      return [service, [...new Set(around)]] as const;
    });
    for (const [service, addresses] of open) this.#shut.drop(service, addresses);
    return this.#run([
      ...open.flatMap(([service, addresses]) => this.#table.unshutLines(service, addresses)),
      ...this.#table.visitLines(edit.visits),
    ]);
  }

  /** The server may speak first again to those whom something else lets in now. */
  async admitThose(isIn: (address: string, service: string) => boolean): Promise<void> {
    for (const service of this.#services) {
      const addresses = this.#shut
        .left(service)
        .map(({ address }) => address)
        .filter((address) => isIn(address, service));
      this.#shut.drop(service, addresses);
      await this.#inBatches(addresses, (some) => this.#table.unshutLines(service, some));
    }
  }

  /** Who was let in until when, as the kernel remembers; and who was cut is known from now on. */
  async adopt(): Promise<Timed[]> {
    for (const service of this.#services) {
      const known = new Set(this.#shut.left(service).map(({ address }) => address));
      const there = await this.#table.shut(service);
      this.#shut.add(
        service,
        there.filter(({ address }) => !known.has(address)),
      );
    }
    return this.#table.visited();
  }

  /** The table is empty: who was cut is put there again. */
  async putBack(): Promise<void> {
    for (const service of this.#services) await this.#putShut(service, this.#shut.left(service));
  }

  visits(visits: readonly Timed[]): Promise<void> {
    return this.#inBatches(visits, (some) => this.#table.visitLines(some));
  }

  forget(addresses: readonly string[]): Promise<void> {
    return this.#inBatches(addresses, (some) => this.#table.forgetLines(some));
  }

  /** Keeps the server from taking up again what is cut. */
  shut(service: string, addresses: readonly string[]): Promise<void> {
    const kept = addresses.map((address) => ({ address, seconds: memory }));
    this.#shut.add(service, kept);
    return this.#putShut(service, kept);
  }

  #putShut(service: string, kept: readonly Timed[]): Promise<void> {
    return this.#inBatches(kept, (some) => this.#table.shutLines(service, some));
  }

  /** In transactions that do not hold up an opening for long. */
  async #inBatches<T>(all: readonly T[], linesOf: (some: readonly T[]) => string[]): Promise<void> {
    for (let at = 0; at < all.length; at += batch) {
      await this.#run(linesOf(all.slice(at, at + batch)));
    }
  }

  async #run(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#transactions.run(lines.join('; '), deadline).catch((error: unknown) => {
      this.#log('memory-failed', { message: reasonOf(error) });
    });
  }
}
