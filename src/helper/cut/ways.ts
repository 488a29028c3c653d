import { groups6, kindOf, text6 } from '../../firewall/wire-address.ts';

/** What lets an address in: itself, and for an IPv6 host the /64 that it is in. */
export function ways(address: string): string[] {
  if (kindOf(address) !== '6') return [address];
  return [address, `${text6([...(groups6(address) ?? []).slice(0, 4), 0, 0, 0, 0])}/64`];
}
