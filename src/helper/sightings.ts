import type { WireSighting } from '../firewall/wire.ts';
import { addressFault, kindOf, prefixOf } from '../firewall/wire-address.ts';
import type { Listed } from './nft-list.ts';

/** Puts together who came to the wanted ports, and who of them is known as a stray. */
export function sightingsOf(
  came: readonly Listed[],
  wanted: readonly number[],
  strays: ReadonlySet<string>,
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
    sweeper: strays.has(kindOf(address) === '4' ? address : prefixOf(address)),
  }));
}
