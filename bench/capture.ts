import { readFileSync } from 'node:fs';

/** What a bench needs of a captured packet; times are milliseconds since the epoch, with microseconds. */
export interface Packet {
  readonly at: number;
  readonly protocol: 'udp' | 'tcp';
  readonly from: { readonly address: string; readonly port: number };
  readonly to: { readonly address: string; readonly port: number };
  readonly flags: number;
  readonly payload: Buffer;
}

export const syn = 0x02;
export const ack = 0x10;

/** Link layers that tcpdump may write: where the IP packet begins, and where its EtherType stands. */
const linkTypes: Readonly<Record<number, readonly [number, number]>> = {
  1: [14, 12], // Ethernet
  113: [16, 14], // Linux "any", old
  276: [20, 0], // Linux "any"
};

/** Reads the IPv4 packets of a pcap file; a last packet that is not whole yet is left out. */
export function readCapture(file: string): Packet[] {
  const bytes = readFileSync(file);
  if (bytes.length < 24) return [];
  const link = linkTypes[bytes.readUInt32LE(20)];
  if (bytes.readUInt32LE(0) !== 0xa1b2c3d4 || !link)
    throw new Error(`${file} is no pcap file of a kind known here`);
  const packets: Packet[] = [];
  for (let at = 24; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 8);
    const end = at + 16 + length;
    if (end > bytes.length) break;
    const time = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000;
    const packet = ipv4(bytes.subarray(at + 16, end), link, time);
    if (packet) packets.push(packet);
    at = end;
  }
  return packets;
}

function ipv4(
  frame: Buffer,
  [start, type]: readonly [number, number],
  at: number,
): Packet | undefined {
  if (frame.length < start + 28 || frame.readUInt16BE(type) !== 0x0800) return undefined;
  const ip = frame.subarray(start);
  const protocol = ({ 6: 'tcp', 17: 'udp' } as const)[ip[9] ?? 0];
  if (!protocol) return undefined;
  const segment = ip.subarray(((ip[0] ?? 0) & 15) * 4);
  const header = protocol === 'udp' ? 8 : ((segment[12] ?? 0) >> 4) * 4;
  const address = (offset: number): string => [...ip.subarray(offset, offset + 4)].join('.');
  return {
    at,
    protocol,
    from: { address: address(12), port: segment.readUInt16BE(0) },
    to: { address: address(16), port: segment.readUInt16BE(2) },
    flags: protocol === 'tcp' ? (segment[13] ?? 0) : 0,
    payload: segment.subarray(header),
  };
}

/** The digit whose end this RTP packet marks (RFC 4733, payload type 96 in the lab), or undefined. */
export function keyEnd({ protocol, payload }: Packet): number | undefined {
  const isEvent = protocol === 'udp' && payload.length >= 16 && ((payload[1] ?? 0) & 0x7f) === 96;
  return isEvent && ((payload[13] ?? 0) & 0x80) !== 0 ? payload[12] : undefined;
}
