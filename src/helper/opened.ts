import type { WireOpened } from '../firewall/wire.ts';

/** One set of a service, as listed. */
export interface ServiceList {
  readonly service: string;
  readonly elements: readonly {
    readonly address: string;
    readonly seconds: number;
    readonly packets: number;
  }[];
}

/** Puts the lists of the services' sets together, an entry for each address. */
export function openedOf(lists: readonly ServiceList[]): WireOpened[] {
  const byAddress = new Map<string, WireOpened['services'][number][]>();
  for (const { service, elements } of lists) {
    for (const { address, seconds, packets } of elements) {
      const services = byAddress.get(address) ?? [];
      byAddress.set(address, services);
      services.push({ service, seconds, packets });
    }
  }
  return [...byAddress].map(([address, services]) => ({ address, services }));
}
