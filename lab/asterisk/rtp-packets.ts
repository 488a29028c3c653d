export interface KeyTiming {
  /** How long each key is held, in ms. */
  readonly toneMs: number;
  /** Between the end of one key and the start of the next, in ms. */
  readonly gapMs: number;
}

/** Where a stream of packets has got to. */
export interface Stream {
  readonly ssrc: number;
  sequence: number;
}

export interface KeyPacket {
  /** After the first packet of the first key, in ms. */
  readonly atMs: number;
  /** When its key began, in ms: all packets of a key have the same timestamp. */
  readonly keyAtMs: number;
  /** The first of a key. */
  readonly marker: boolean;
  /** The telephone-event, four bytes (RFC 4733, section 2.3). */
  readonly event: Buffer;
}

/** The payload type that we offer for telephone-events. */
export const eventType = 96;

/**
 * What a telephone sends for keys: every 20 ms while a key is held, and its end
 * three times (RFC 4733, section 2.5.1.4).
 */
export function* keyPackets(keys: string, { toneMs, gapMs }: KeyTiming): Generator<KeyPacket> {
  let keyAtMs = 0;
  for (const key of keys) {
    const code = '0123456789*#'.indexOf(key);
    if (code < 0) throw new Error('keys are 0 to 9, * and #');
    for (let held = 0; held < toneMs; held += 20) {
      const event = eventBody(code, held * 8, false);
      yield { atMs: keyAtMs + held, keyAtMs, marker: held === 0, event };
    }
    for (let times = 0; times < 3; times += 1) {
      const event = eventBody(code, toneMs * 8, true);
      yield { atMs: keyAtMs + toneMs, keyAtMs, marker: false, event };
    }
    keyAtMs += toneMs + gapMs;
  }
}

/** One RTP packet (RFC 3550, section 5.1), the next of its stream. */
export function rtpPacket(
  stream: Stream,
  packet: { type: number; timestamp: number; marker: boolean; body: Buffer },
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = packet.type | (packet.marker ? 0x80 : 0);
  header.writeUInt16BE((stream.sequence = (stream.sequence + 1) % 2 ** 16), 2);
  header.writeUInt32BE(packet.timestamp % 2 ** 32, 4);
  header.writeUInt32BE(stream.ssrc, 8);
  return Buffer.concat([header, packet.body]);
}

function eventBody(code: number, duration: number, end: boolean): Buffer {
  const body = Buffer.from([code, (end ? 0x80 : 0) | 10, 0, 0]);
  body.writeUInt16BE(Math.min(duration, 0xffff), 2);
  return body;
}
