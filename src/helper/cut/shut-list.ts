import { kindOf } from '../../firewall/wire-address.ts';
import { ways } from './ways.ts';
import type { Timed } from '../edit.ts';
import { TimedAddresses } from '../timed-addresses.ts';

/** Of more, the first are forgotten: our table alone knows of them then. */
const most = 10_000;

/** Who was cut, to whom the server is not to speak first: what stands in our table, to be put there again. */
export class ShutList {
  readonly #byService = new Map<string, TimedAddresses>();

  add(service: string, some: readonly Timed[]): void {
    const shut = this.#byService.get(service) ?? new TimedAddresses(most);
    this.#byService.set(service, shut);
    shut.note(some);
  }

  drop(service: string, addresses: readonly string[]): void {
    this.#byService.get(service)?.drop(addresses);
  }

  /** Those that have not ended, with what they have left. */
  left(service: string): Timed[] {
    return this.#byService.get(service)?.left() ?? [];
  }

  /** What may keep the server from speaking first to an address: the /64 around a host, and hosts in a /64. */
  around(service: string, address: string): string[] {
    if (kindOf(address) !== '6net') return ways(address);
    const hosts = (this.#byService.get(service)?.all() ?? []).filter(
      (host) => host !== address && ways(host).includes(address),
    );
    return [address, ...hosts];
  }
}
