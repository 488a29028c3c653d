/** The server's end of each link has this address, so that one frame fits all. */
export const serverMac = '02:00:00:00:00:01';
export const senderMac = '02:00:00:00:00:02';
const macs = `${serverMac}${senderMac}`.replaceAll(':', '');

/** All frames are of one length: an empty UDP datagram over IPv6, and over IPv4 with padding. */
export const frameLength = 64;

/** Of 4 or 16 bytes. */
export type Bytes = readonly number[];

export interface Datagram {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly sourcePort: number;
  readonly port: number;
}

/** Ethernet frames one after the other, each an empty UDP datagram. */
export function framesOf(datagrams: readonly Datagram[]): Buffer {
  const frames = Buffer.alloc(datagrams.length * frameLength);
  datagrams.forEach((datagram, n) =>
    write(datagram, frames.subarray(n * frameLength, (n + 1) * frameLength)),
  );
  return frames;
}

function write({ from, to, sourcePort, port }: Datagram, frame: Buffer): void {
  const six = to.length === 16;
  frame.write(macs, 0, 'hex');
  frame.writeUInt16BE(six ? 0x86dd : 0x0800, 12);
  const ip = frame.subarray(14);
  const udp = ip.subarray(six ? 40 : 20);
  udp.writeUInt16BE(sourcePort, 0);
  udp.writeUInt16BE(port, 2);
  udp.writeUInt16BE(8, 4);
  if (six) {
    ip.writeUInt32BE(0x60000000, 0);
    ip.writeUInt16BE(8, 4);
    ip.set([17, 64], 6);
    ip.set(from, 8);
    ip.set(to, 24);
    // the pseudo-header (RFC 8200, 8.1): addresses, length, next header
    const sum = sumOf(ip.subarray(8, 40)) + 8 + 17 + sumOf(udp.subarray(0, 8));
    udp.writeUInt16BE(checksum(sum) || 0xffff, 6);
  } else {
    ip.set([0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17], 0);
    ip.set(from, 12);
    ip.set(to, 16);
    ip.writeUInt16BE(checksum(sumOf(ip.subarray(0, 20))), 10);
    // UDP over IPv4 may go without a checksum
  }
}

/** Reads an address; of IPv6 with at most one "::". */
export function bytesOf(address: string): Bytes {
  if (address.includes('.')) return address.split('.').map(Number);
  const [head = [], tail = []] = address.split('::').map((side) =>
    side
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16)),
  );
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return [...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group & 255]);
}

function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  return sum;
}

/** RFC 1071. */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}
