import { kindOf } from '../../firewall/wire-address.ts';
import { ways } from './ways.ts';
import type { Timed } from '../edit.ts';

/** Of more, the first are forgotten: our table alone knows of them then. */
const most = 10_000;

/** Who was cut, to whom the server is not to speak first: what stands in our table, to be put there again. */
export class ShutList {
  /** Service → address → until when, in milliseconds of the monotonic clock. */
  readonly #ends = new Map<string, Map<string, number>>();

  add(service: string, some: readonly Timed[]): void {
    const ends = this.#ends.get(service) ?? new Map<string, number>();
    this.#ends.set(service, ends);
    const now = performance.now();
    for (const { address, seconds } of some) {
      ends.delete(address); // so that it comes last
      ends.set(address, now + seconds * 1000);
    }
    const surplus = [...ends.keys()].slice(0, Math.max(0, ends.size - most));
    for (const address of surplus) ends.delete(address);
  }

  drop(service: string, addresses: readonly string[]): void {
    for (const address of addresses) this.#ends.get(service)?.delete(address);
  }

  /** Those that have not ended, with what they have left. */
  left(service: string): Timed[] {
    const now = performance.now();
    return [...(this.#ends.get(service) ?? [])]
      .filter(([, end]) => end > now)
      .map(([address, end]) => ({ address, seconds: (end - now) / 1000 }));
  }

  /** What may keep the server from speaking first to an address: the /64 around a host, and hosts in a /64. */
  around(service: string, address: string): string[] {
    if (kindOf(address) !== '6net') return ways(address);
    const hosts = [...(this.#ends.get(service)?.keys() ?? [])].filter(
      (host) => host !== address && ways(host).includes(address),
    );
    return [address, ...hosts];
  }
}
