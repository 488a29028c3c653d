import { kindOf } from '../../firewall/wire-address.ts';
import type { Edit, Timed } from '../edit.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Transactions } from '../nft/transactions.ts';
import type { CutTable } from './cut-table.ts';
import { ways } from './ways.ts';

/** Addresses in one transaction, as in a sync, and how long it may take. Milliseconds. */
const batch = 500;
const deadline = 1500 + 10 * batch;
const mostHosts = 10_000;

/** What the kernel is told in our own table. Nobody is kept out, or in, because that fails: it never rejects. */
export class Memory {
  readonly #table: CutTable;
  readonly #transactions: Transactions;
  readonly #log: Log;
  readonly #shutHosts = new Set<string>();

  constructor(table: CutTable, transactions: Transactions, log: Log) {
    this.#table = table;
    this.#transactions = transactions;
    this.#log = log;
  }

  /** Who is let in is known, and the server may speak first again. */
  admit(edit: Edit): Promise<void> {
    return this.#run([
      ...[...edit.renew].flatMap(([service, timed]) =>
        this.#table.unshutLines(service, [
          ...new Set(timed.flatMap(({ address }) => this.#around(address))),
        ]),
      ),
      ...this.#table.visitLines(edit.visits),
    ]);
  }

  visits(visits: readonly Timed[]): Promise<void> {
    return this.#inBatches(visits, (some) => this.#table.visitLines(some));
  }

  forget(addresses: readonly string[]): Promise<void> {
    return this.#inBatches(addresses, (some) => this.#table.forgetLines(some));
  }

  /** Keeps the server from taking up again what is cut. */
  shut(service: string, addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      // forgetting them costs a telephone a moment, no more
      if (this.#shutHosts.size >= mostHosts) this.#shutHosts.clear();
      if (kindOf(address) === '6') this.#shutHosts.add(address);
    }
    return this.#inBatches(addresses, (some) => this.#table.shutLines(service, some));
  }

  /** The /64 around a host may have been shut, and hosts in a /64. */
  #around(address: string): string[] {
    if (kindOf(address) !== '6net') return ways(address);
    const hosts = [...this.#shutHosts].filter((host) => ways(host).includes(address));
    return [address, ...hosts];
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
