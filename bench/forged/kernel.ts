import { readFileSync } from 'node:fs';
import type { Host } from '../hosts.ts';

/** What all of the machine's kernel keeps and cannot give back at will, where sets are kept, too. MiB. */
export function kernelMiB(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  return (field('SUnreclaim') + field('Percpu')) / 1024;
}

/** Elements of each set of a table; of none when the table is gone. */
export async function elementsOf(host: Host, table: string): Promise<Record<string, number>> {
  const listing = await host.sh('nft', '-j', 'list', 'table', 'inet', table).catch(() => undefined);
  if (listing === undefined) return {};
  const { nftables } = JSON.parse(listing) as {
    nftables: { set?: { name: string; elem?: unknown[] } }[];
  };
  return Object.fromEntries(
    nftables.flatMap(({ set }) => (set ? [[set.name, set.elem?.length ?? 0]] : [])),
  );
}

/** Connections that the host's kernel follows. */
export const connectionsOf = async (host: Host): Promise<number> =>
  Number(await host.sh('cat', '/proc/sys/net/netfilter/nf_conntrack_count'));
