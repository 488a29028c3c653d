import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { badLine, type BadLine } from './bad-line.ts';
import { eventType, keyPackets, rtpPacket, type KeyTiming, type Stream } from './rtp-packets.ts';

export type { KeyTiming } from './rtp-packets.ts';

export interface Remote {
  readonly address: string;
  readonly port: number;
  /** Its payload type for telephone-events. */
  readonly eventType?: number | undefined;
}

const silence = Buffer.alloc(160, 0xff);

/** The audio side of a telephone: sends μ-law silence and keys as RFC 4733 events, counts what it hears. */
export class RtpKeys {
  readonly #socket: Socket;
  readonly #stream: Stream = {
    ssrc: Math.floor(Math.random() * 2 ** 32),
    sequence: Math.floor(Math.random() * 2 ** 15),
  };
  readonly #startedAt = performance.now();
  readonly #through: (packet: Buffer) => void;
  #remote: Remote | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #keying = false;
  /** Packets of sound that were not silence. */
  heard = 0;
  /** Of the last packet that was not silence, by `performance.now()`. */
  lastHeardAt = 0;

  private constructor(socket: Socket, line: BadLine) {
    this.#socket = socket;
    this.#through = badLine(line, (packet) => {
      if (this.#remote) socket.send(packet, this.#remote.port, this.#remote.address);
    });
    socket.on('message', (packet) => {
      const audible = packet.subarray(12).some((sample) => (sample & 0x7f) < 0x70);
      if ((packet[1] ?? 0) % 128 !== 0 || !audible) return;
      this.heard += 1;
      this.lastHeardAt = performance.now();
    });
    socket.on('error', () => undefined); // a refused packet is the far end gone, which SIP tells us
  }

  static async open(address: string, line: BadLine = {}): Promise<RtpKeys> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, address, resolve);
    });
    return new RtpKeys(socket, line);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  start(remote: Remote): void {
    this.#remote = remote;
    this.#ticker = setInterval(() => {
      if (!this.#keying) this.#send(0, performance.now(), silence, false);
    }, 20);
  }

  /** Keys one after the other; begins at once. */
  async key(keys: string, timing: KeyTiming): Promise<void> {
    this.#keying = true;
    let began = performance.now();
    const until = async (atMs: number): Promise<void> => {
      const left = began + atMs - performance.now();
      if (left > 0) await sleep(left);
    };
    let keyAt = began;
    for (const { atMs, keyAtMs, event, marker } of keyPackets(keys, timing)) {
      await until(atMs);
      if (marker) keyAt = began + keyAtMs;
      this.#send(this.#remote?.eventType ?? eventType, keyAt, event, marker);
      // a busy machine is late: so is what follows, lest the gap be shorter than asked for
      if (atMs === keyAtMs + timing.toneMs) began = Math.max(began, performance.now() - atMs);
    }
    await until(keys.length * (timing.toneMs + timing.gapMs));
    this.#keying = false;
  }

  close(): void {
    clearInterval(this.#ticker);
    this.#remote = undefined;
    this.#socket.close();
  }

  #send(type: number, at: number, body: Buffer, marker: boolean): void {
    const timestamp = Math.floor((at - this.#startedAt) * 8);
    this.#through(rtpPacket(this.#stream, { type, timestamp, marker, body }));
  }
}
