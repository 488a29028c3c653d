import type { WireSighting } from '../../firewall/wire.ts';
import { addressFault, networkOf } from '../../firewall/wire-address.ts';
import type { Listed } from '../nft/nft-list.ts';

/** Puts together who came to the wanted ports, and whose network is a stray one. */
export function sightingsOf(
  came: readonly Listed[],
  wanted: readonly number[],
  strayNetworks: ReadonlySet<string>,
): WireSighting[] {
  const byAddress = new Map<string, Map<number, number>>();
  for (const { key, port, packets } of came) {
    // a forged source may be any, and nobody could be let in from these
    if (!wanted.includes(port) || addressFault(key) !== undefined) continue;
    const ports = byAddress.get(key) ?? new Map<number, number>();
    byAddress.set(key, ports.set(port, packets));
  }
  return [...byAddress].map(([address, ports]) => ({
    address,
    ports: [...ports.keys()].sort((a, b) => a - b),
    packets: Math.min(...ports.values()),
    sweeper: strayNetworks.has(networkOf(address)),
  }));
}
