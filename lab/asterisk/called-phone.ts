import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { RtpKeys } from './rtp-keys.ts';
import { eventType, type KeyTiming } from './rtp-packets.ts';
import { answer, audioOf, byeOfCalled, lineOf, sdp } from './sip-messages.ts';

/** What happens when it rings. */
export type Manners = { readonly answerAfterMs: number } | 'busy' | 'ring';

export interface CalledPhone {
  readonly port: number;
  /** What it does with the next calls. */
  manners: Manners;
  /** The calls that it has been sent, oldest first. */
  readonly calls: readonly CalledCall[];
  close(): void;
}

export interface CalledCall {
  /** The number called. */
  readonly number: string;
  /** The From line's address. */
  readonly from: string;
  state: 'ringing' | 'answered' | 'refused' | 'cancelled' | 'ended';
  key(keys: string, timing?: KeyTiming): Promise<void>;
  hangUp(): void;
  /** Packets heard so far that were not silence. */
  heard(): number;
}

interface Call extends CalledCall {
  cancel(message: string): void;
  bye(message: string): void;
}

/** A telephone that can be called: UDP, G.711 μ-law, keys by RFC 4733. Port 0 is any that is free. */
export async function calledPhone(
  address: string,
  manners: Manners,
  wantedPort = 0,
): Promise<CalledPhone> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(wantedPort, address, resolve);
  });
  const { port } = socket.address();
  const contact = `<sip:phone@${address}:${port}>`;
  const byCallId = new Map<string, Call>();
  const open = new Set<RtpKeys>();
  const calls: CalledCall[] = [];
  const phone: CalledPhone = { port, manners, calls, close };

  function close(): void {
    for (const audio of open) audio.close();
    open.clear();
    socket.close();
  }

  /** One call, from its INVITE. */
  async function ring(
    invite: string,
    from: { port: number; address: string },
  ): Promise<Call | undefined> {
    const tag = randomBytes(6).toString('hex');
    const send = (text: string): void => socket.send(text, from.port, from.address);
    const reply = (status: string, message = invite): void =>
      send(answer(message, status, { tag }));
    const remote = audioOf(invite);
    if (!remote) {
      reply('488 Not Acceptable Here');
      return undefined;
    }
    const audio = await RtpKeys.open(address);
    open.add(audio);
    let alarm: NodeJS.Timeout | undefined;
    const over = (state: CalledCall['state']): void => {
      clearTimeout(alarm);
      call.state = state;
      if (open.delete(audio)) audio.close();
    };
    const call: Call = {
      number: /^INVITE sip:([^@]+)@/.exec(invite)?.[1] ?? '',
      from: /<sip:([^@>]+)/.exec(lineOf(invite, 'from'))?.[1] ?? '',
      state: 'ringing',
      key: (keys, timing) => audio.key(keys, timing ?? { toneMs: 80, gapMs: 60 }),
      heard: () => audio.heard,
      hangUp() {
        if (call.state !== 'answered') return;
        over('ended');
        send(byeOfCalled(invite, tag, { address, port }));
      },
      cancel(message) {
        send(answer(message, '200 OK', { tag }));
        if (call.state !== 'ringing') return;
        over('cancelled');
        reply('487 Request Terminated');
      },
      bye(message) {
        send(answer(message, '200 OK'));
        over('ended');
      },
    };

    reply('100 Trying');
    if (phone.manners === 'busy') {
      over('refused');
      reply('486 Busy Here');
      return call;
    }
    reply('180 Ringing');
    if (phone.manners === 'ring') return call;
    alarm = setTimeout(() => {
      call.state = 'answered';
      const body = sdp(address, audio.port, remote.eventType ?? eventType);
      send(answer(invite, '200 OK', { tag, contact, body }));
      audio.start(remote);
    }, phone.manners.answerAfterMs);
    return call;
  }

  socket.on('message', (packet, from) => {
    const message = packet.toString();
    const id = lineOf(message, 'call-id');
    const known = byCallId.get(id);
    if (message.startsWith('CANCEL ')) known?.cancel(message);
    else if (message.startsWith('BYE ')) known?.bye(message);
    else if (message.startsWith('INVITE ') && !byCallId.has(id)) {
      void ring(message, from).then((call) => {
        if (!call) return;
        byCallId.set(id, call);
        calls.push(call);
      });
    } else if (message.startsWith('OPTIONS ')) {
      socket.send(answer(message, '200 OK'), from.port, from.address);
    }
  });
  socket.on('error', () => undefined); // a refused packet is the far end gone
  return phone;
}
