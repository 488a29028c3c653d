import { eventType, keyPackets, rtpPacket, type KeyTiming, type Stream } from './rtp-packets.ts';

/** How long keys take, in ms, with the gap after the last. */
export const keysLast = (keys: string, { toneMs, gapMs }: KeyTiming): number =>
  keys.length * (toneMs + gapMs);

/**
 * Keys as a capture file (libpcap's classic format, Ethernet) that SIPp plays with
 * play_pcap_audio, at their own pace: play_dtmf takes 400 ms for each. `order`
 * counts the captures of one call, so that each goes on where the last one ended;
 * Asterisk takes what goes back in sequence or time for a repetition.
 */
export function dtmfPcap(keys: string, timing: KeyTiming, order = 0): Buffer {
  const perCapture = 10_000;
  const stream: Stream = { ssrc: 0x6469_616c, sequence: (order + 1) * perCapture };
  const startedAt = (order + 1) * 8 * 60_000; // a minute apart, in samples
  const packets = [...keyPackets(keys, timing)].map(({ atMs, keyAtMs, marker, event }) => {
    const timestamp = startedAt + keyAtMs * 8;
    const rtp = rtpPacket(stream, { type: eventType, timestamp, marker, body: event });
    return captured(atMs, inEthernet(rtp));
  });
  if (packets.length >= perCapture) throw new Error('too many keys for one capture');
  return Buffer.concat([fileHeader(), ...packets]);
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2_c3d4, 0);
  header.writeUInt16LE(2, 4); // version 2.4
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20); // Ethernet
  return header;
}

function captured(atMs: number, frame: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Math.floor(atMs / 1000), 0);
  header.writeUInt32LE((atMs % 1000) * 1000, 4);
  header.writeUInt32LE(frame.length, 8);
  header.writeUInt32LE(frame.length, 12);
  return Buffer.concat([header, frame]);
}

/** As if sent over Ethernet, IPv4 and UDP. SIPp puts in addresses, ports and check sums of its own. */
function inEthernet(payload: Buffer): Buffer {
  const [ethernet, ip, udp] = [14, 20, 8];
  const frame = Buffer.alloc(ethernet + ip + udp);
  frame.writeUInt16BE(0x0800, 12); // IPv4
  frame[ethernet] = 0x45;
  frame.writeUInt16BE(ip + udp + payload.length, ethernet + 2);
  frame[ethernet + 8] = 64; // hops
  frame[ethernet + 9] = 17; // UDP
  frame.set([192, 0, 2, 1], ethernet + 12);
  frame.set([192, 0, 2, 2], ethernet + 16);
  frame.writeUInt16BE(4000, ethernet + ip);
  frame.writeUInt16BE(4000, ethernet + ip + 2);
  frame.writeUInt16BE(udp + payload.length, ethernet + ip + 4);
  return Buffer.concat([frame, payload]);
}
