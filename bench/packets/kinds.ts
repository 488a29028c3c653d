import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, framesOf } from './frames.ts';
import { laneAddresses, type Lane } from './lane.ts';
import { servicePort, type Way } from './ways.ts';

/** What sort of packet comes. */
export interface Kind {
  readonly name: string;
  readonly letIn: boolean;
  /** Of a connection that is followed already; else each packet is the first of its connection. */
  readonly established: boolean;
}

export const kinds: readonly Kind[] = [
  { name: 'let in, first packet', letIn: true, established: false },
  { name: 'let in, established', letIn: true, established: true },
  { name: 'stranger, first packet', letIn: false, established: false },
  { name: 'stranger, established', letIn: false, established: true },
];

/** So many sources, or as many as there are entries, from all over the set: what is asked for is seldom in the cache. */
const sources = 4096;
/** Made one by one, at some 3 ms. */
const connections = 128;

/** A file of frames of this kind, for a server with these rules. */
export function writeFrames(folder: string, way: Way, kind: Kind): string {
  const file = join(folder, [way.kind, way.entries, kinds.indexOf(kind)].join('-'));
  const packets = packetsOf(way, kind).map((packet) => ({
    ...packet,
    from: bytesOf(packet.from),
    to: bytesOf(packet.to),
  }));
  writeFileSync(file, framesOf(packets));
  return file;
}

function packetsOf({ entries, letIn }: Way, kind: Kind) {
  const count = kind.established ? connections : sources;
  // from all over the entries, in no order
  const place = (n: number): number => ((n * 1597) % count) / count;
  return Array.from({ length: count }, (_, n) => ({
    from: kind.letIn ? letIn(Math.floor(place(n) * (entries || count))) : stranger(n),
    to: laneAddresses.four,
    // the established ones have ports of their own
    sourcePort: (kind.established ? 1024 : 2048) + n,
    port: servicePort,
  }));
}

const stranger = (n: number): string => `172.16.${n >> 8}.${n & 255}`;

/** Makes the connections of the kind known to the server's kernel, as if it had answered them. */
export async function establish(lane: Lane, way: Way, kind: Kind): Promise<void> {
  const words = packetsOf(way, kind).map(
    ({ from, to, sourcePort, port }) =>
      `conntrack -I -p udp -s ${from} -d ${to} --sport ${sourcePort} --dport ${port} -u ASSURED,SEEN_REPLY -t 3000`,
  );
  await lane.server.sh('sh', '-ec', `{ ${words.join('\n')}\n} 2>&1 | tail -n 1`);
}

/** Whether the rules should let it through: a chain that lets in what is established does not look who it is. */
export function isLetIn({ kind: way }: Way, { letIn, established }: Kind): boolean {
  if (way === 'none' || way === 'tracked') return true;
  return letIn || (way === 'iptables' && established);
}
