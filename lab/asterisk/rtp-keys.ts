import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KeyTiming {
  /** How long each key is held, in ms. */
  readonly toneMs: number;
  /** Between the end of one key and the start of the next, in ms. */
  readonly gapMs: number;
}

const eventType = 96;
const silence = Buffer.alloc(160, 0xff);

/** The audio side of a telephone: sends μ-law silence and keys as RFC 4733 events, counts what it hears. */
export class RtpKeys {
  readonly #socket: Socket;
  readonly #ssrc = Math.floor(Math.random() * 2 ** 32);
  readonly #startedAt = performance.now();
  #sequence = Math.floor(Math.random() * 2 ** 15);
  #remote: { readonly address: string; readonly port: number } | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #keying = false;
  /** Packets of sound that were not silence. */
  heard = 0;
  /** Of the last packet that was not silence, by `performance.now()`. */
  lastHeardAt = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet) => {
      const audible = packet.subarray(12).some((sample) => (sample & 0x7f) < 0x70);
      if ((packet[1] ?? 0) % 128 !== 0 || !audible) return;
      this.heard += 1;
      this.lastHeardAt = performance.now();
    });
    socket.on('error', () => undefined); // a refused packet is the far end gone, which SIP tells us
  }

  static async open(address: string): Promise<RtpKeys> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, address, resolve);
    });
    return new RtpKeys(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  start(remote: { address: string; port: number }): void {
    this.#remote = remote;
    this.#ticker = setInterval(() => {
      if (!this.#keying) this.#send(0, this.#timestamp(), silence, false);
    }, 20);
  }

  /** Keys one after the other; begins at once. */
  async key(keys: string, timing: KeyTiming): Promise<void> {
    this.#keying = true;
    for (const key of keys) {
      await this.#event('0123456789*#'.indexOf(key), timing.toneMs);
      await sleep(timing.gapMs);
    }
    this.#keying = false;
  }

  close(): void {
    clearInterval(this.#ticker);
    this.#remote = undefined;
    this.#socket.close();
  }

  async #event(event: number, toneMs: number): Promise<void> {
    const timestamp = this.#timestamp();
    const began = performance.now();
    for (let sent = 0; sent < toneMs; sent += 20) {
      this.#send(eventType, timestamp, eventBody(event, sent * 8, false), sent === 0);
      const left = began + Math.min(sent + 20, toneMs) - performance.now();
      if (left > 0) await sleep(left);
    }
    // the end is sent three times, as RFC 4733 section 2.5.1.4 asks
    for (let times = 0; times < 3; times += 1) {
      this.#send(eventType, timestamp, eventBody(event, toneMs * 8, true), false);
    }
  }

  #timestamp(): number {
    return Math.floor((performance.now() - this.#startedAt) * 8) % 2 ** 32;
  }

  #send(type: number, timestamp: number, body: Buffer, marker: boolean): void {
    if (!this.#remote) return;
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = type | (marker ? 0x80 : 0);
    header.writeUInt16BE((this.#sequence = (this.#sequence + 1) % 2 ** 16), 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(this.#ssrc, 8);
    this.#socket.send(Buffer.concat([header, body]), this.#remote.port, this.#remote.address);
  }
}

function eventBody(event: number, duration: number, end: boolean): Buffer {
  const body = Buffer.from([event, (end ? 0x80 : 0) | 10, 0, 0]);
  body.writeUInt16BE(Math.min(duration, 0xffff), 2);
  return body;
}
