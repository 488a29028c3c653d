/**
 * A small process at one of the lab's places that does there what the lab asks:
 * listens, connects, fetches. It ends when the lab does.
 */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { calledPhone, type CalledPhone } from '../asterisk/called-phone.ts';
import { phoneFast, type PhoneCall } from '../asterisk/sip-phone.ts';
import type { Answering, Asking, Fetched, Try, Wish } from './wishes.ts';

const held = new Map<number, Socket>();
const calls = new Map<number, PhoneCall>();
let last = 0;
let called: CalledPhone | undefined;

/** How long a person takes to pick up, in ms. */
const pickUp = 300;

/** Greets with a line, then sends back what it hears. */
async function listen(host: string, name: string, port: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(`dialgate lab: ${name}\n`);
    socket.pipe(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
}

type Connection = Extract<Wish, { do: 'try' | 'hold' }>;

/** Connects and waits for the greeting: a connection that nobody speaks on proves nothing. */
function greeted({ from, host, port, ms }: Connection): Promise<Socket | Exclude<Try, 'in'>> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(from !== undefined && { localAddress: from }) });
    const end = (result: Socket | Exclude<Try, 'in'>): void => {
      clearTimeout(timer);
      if (result !== socket) socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end('dropped'), ms);
    socket.once('data', () => end(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end(error.code === 'ETIMEDOUT' ? 'dropped' : 'refused');
    });
  });
}

async function hold(wish: Connection): Promise<number> {
  const socket = await greeted(wish);
  if (typeof socket === 'string') throw new Error(`the connection was ${socket}`);
  held.set(++last, socket);
  return last;
}

function echo(socket: Socket | undefined, text: string, ms: number): Promise<boolean> {
  if (!socket || socket.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    let heard = '';
    const end = (came: boolean): void => {
      clearTimeout(timer);
      socket.off('data', hear).off('close', gone);
      resolve(came);
    };
    const hear = (chunk: Buffer): void => {
      heard += chunk.toString();
      if (heard.includes(text)) end(true);
    };
    const gone = (): void => end(false);
    const timer = setTimeout(gone, ms);
    socket.on('data', hear).on('close', gone);
    socket.write(text);
  });
}

async function fetched(wish: Extract<Wish, { do: 'fetch' }>): Promise<Fetched> {
  const response = await fetch(wish.url, {
    method: wish.method,
    headers: wish.headers,
    ...(wish.body !== undefined && { body: wish.body }),
    signal: AbortSignal.timeout(wish.ms),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

function theCall(number: number): PhoneCall {
  const call = calls.get(number);
  if (!call) throw new Error(`there is no call ${number}`);
  return call;
}

async function fulfil(wish: Wish): Promise<unknown> {
  switch (wish.do) {
    case 'listen':
      for (const [name, port] of Object.entries(wish.ports)) await listen(wish.host, name, port);
      return null;
    case 'try': {
      const socket = await greeted(wish);
      if (typeof socket === 'string') return socket;
      socket.destroy();
      return 'in';
    }
    case 'hold':
      return hold(wish);
    case 'echo':
      return echo(held.get(wish.held), wish.text, wish.ms);
    case 'let-go':
      held.get(wish.held)?.destroy();
      held.delete(wish.held);
      return null;
    case 'fetch':
      return fetched(wish);
    case 'be-called':
      called = await calledPhone(wish.address, { answerAfterMs: pickUp }, wish.port);
      return null;
    case 'key-called':
      await called?.calls.at(-1)?.key(wish.keys, wish.timing);
      return null;
    case 'calls-that-came':
      return (called?.calls ?? []).map(({ number, state }) => ({ number, state }));
    case 'phone':
      calls.set(++last, await phoneFast(wish.options));
      return last;
    case 'key':
      await theCall(wish.call).key(wish.keys, wish.timing);
      return null;
    case 'hang-up':
      theCall(wish.call).hangUp();
      return null;
    case 'vanish':
      theCall(wish.call).vanish();
      return null;
    case 'heard':
      return theCall(wish.call).heard().packets;
    case 'call-end':
  }
  return theCall(wish.call).ended;
}

process.on('message', ({ id, wish }: Asking) => {
  const say = (answering: Answering): void => void process.send?.(answering);
  fulfil(wish).then(
    (answer) => say({ id, answer }),
    (error: unknown) => {
      const { message, cause } = error as Error;
      say({ id, error: cause instanceof Error ? `${message}: ${cause.message}` : message });
    },
  );
});
process.on('disconnect', () => process.exit(0));
