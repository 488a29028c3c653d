import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { RtpKeys } from './rtp-keys.ts';
import { eventType, type KeyTiming } from './rtp-packets.ts';
import type { BadLine } from './bad-line.ts';
import { answer, audioOf, lineOf, request, sdp, type Body, type Dialog } from './sip-messages.ts';

export interface PhoneOptions {
  readonly to: { readonly address: string; readonly port: number };
  /** The address phoned from; default 127.0.0.1. */
  readonly address?: string | undefined;
  readonly extension: string;
  /** null: anonymous. */
  readonly callerNumber: string | null;
  /** Keyed in the instant of the answer (SIP 200). */
  readonly keysAtAnswer?: string | undefined;
  readonly timing?: KeyTiming | undefined;
  /** More header lines of the INVITE. */
  readonly headers?: readonly string[] | undefined;
  /** What happens to the packets of the keys; default nothing. */
  readonly badLine?: BadLine | undefined;
  /** Given up when not answered within this many ms; default 10,000. */
  readonly patience?: number | undefined;
}

export interface PhoneCall {
  /** Keys now; settles when all are keyed. Default timing: 80 ms tone, 60 ms gap. */
  key(keys: string, timing?: KeyTiming): Promise<void>;
  /** Keys as SIP INFO, with what the two kinds of telephone write into it. */
  info(keys: string, type: 'application/dtmf-relay' | 'application/dtmf'): Promise<void>;
  /** Says BYE. */
  hangUp(): void;
  /** Stops without a word, as a telephone that loses power. */
  vanish(): void;
  /** Who hung up. */
  readonly ended: Promise<'them' | 'us'>;
  /** What has been heard so far: packets that were not silence, and the last one's `performance.now()`. */
  heard(): { readonly packets: number; readonly lastAt: number };
  /** `performance.now()` at the answer. */
  readonly answeredAt: number;
}

/** The call was not answered; `status` is the SIP status, or 0 for silence. */
export class NotAnswered extends Error {
  readonly status: number;
  constructor(status: number) {
    super(status === 0 ? 'no answer' : `not answered: SIP ${status}`);
    this.status = status;
  }
}

/**
 * A telephone on UDP: one call, G.711, keys by RFC 4733 as fast as wished (SIPp
 * keys one digit in 400 ms). Settles at the answer. @throws NotAnswered.
 */
export async function phoneFast(options: PhoneOptions): Promise<PhoneCall> {
  const address = options.address ?? '127.0.0.1';
  const timing = options.timing ?? { toneMs: 80, gapMs: 60 };
  const audio = await RtpKeys.open(address, options.badLine);
  const socket = await bound(address);
  const dialog: Dialog = {
    local: { address, port: socket.address().port },
    remote: options.to,
    extension: options.extension,
    callerNumber: options.callerNumber,
    callId: randomBytes(12).toString('hex'),
    tag: randomBytes(6).toString('hex'),
    headers: options.headers,
  };
  const branch = randomBytes(8).toString('hex');
  const send = (text: string): void => socket.send(text, options.to.port, options.to.address);
  const invite = request('INVITE', dialog, {
    cseq: 1,
    branch,
    body: sdp(address, audio.port, eventType),
  });

  let to: string | undefined;
  let cseq = 1;
  let over = false;
  let settleEnded: (who: 'them' | 'us') => void = () => undefined;
  const ended = new Promise<'them' | 'us'>((resolve) => (settleEnded = resolve));
  const end = (who: 'them' | 'us'): void => {
    if (over) return;
    over = true;
    audio.close();
    // a moment more, to answer what the far end repeats
    setTimeout(() => socket.close(), 200);
    settleEnded(who);
  };
  socket.on('error', () => end('them'));

  const answeredAt = await new Promise<number>((resolve, reject) => {
    const again = setInterval(() => send(invite), 1000);
    const refuse = (status: number): void => {
      done();
      end('us');
      reject(new NotAnswered(status));
    };
    const patience = setTimeout(() => {
      send(request('CANCEL', dialog, { cseq: 1, branch }));
      refuse(0);
    }, options.patience ?? 10_000);
    const done = (): void => {
      clearInterval(again);
      clearTimeout(patience);
    };
    socket.on('message', (packet) => {
      const message = packet.toString();
      if (message.startsWith('BYE ')) {
        send(answer(message, '200 OK'));
        end('them');
        return;
      }
      const status = Number(/^SIP\/2\.0 (\d{3})/.exec(message)?.[1] ?? 0);
      if (status >= 100) clearInterval(again);
      if (status < 200 || !/INVITE/i.test(lineOf(message, 'cseq'))) return;
      const fresh = to === undefined;
      to = lineOf(message, 'to');
      if (status >= 300) {
        send(request('ACK', dialog, { cseq: 1, branch, to }));
        if (fresh) refuse(status);
        return;
      }
      send(request('ACK', dialog, { cseq: 1, branch: randomBytes(8).toString('hex'), to }));
      const remote = audioOf(message);
      if (!fresh || !remote) return;
      done();
      audio.start(remote);
      if (options.keysAtAnswer) void audio.key(options.keysAtAnswer, timing);
      resolve(performance.now());
    });
    send(invite);
  });

  const inDialog = (method: 'BYE' | 'INFO', body?: Body): void => {
    cseq += 1;
    const branch = randomBytes(8).toString('hex');
    send(request(method, dialog, { cseq, branch, to, ...(body && { body }) }));
  };

  return {
    answeredAt,
    async info(keys, type) {
      for (const key of keys) {
        const relay = `Signal=${key}\r\nDuration=160\r\n`;
        inDialog('INFO', { type, text: type === 'application/dtmf' ? key : relay });
        await sleep(infoPause);
      }
    },
    ended,
    key: (keys, chosen) => audio.key(keys, chosen ?? timing),
    heard: () => ({ packets: audio.heard, lastAt: audio.lastHeardAt }),
    hangUp() {
      if (over) return;
      inDialog('BYE');
      end('us');
    },
    vanish: () => end('us'),
  };
}

/** Between two keys as SIP INFO, in ms. */
const infoPause = 200;

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, address, resolve);
  });
  return socket;
}
