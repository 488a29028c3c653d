import type { EventSocket } from './ari.ts';
import type { Timeouts } from './exchange-options.ts';

export interface Heartbeat {
  /** Rejects when the connection ends before it was opened. */
  readonly opened: Promise<void>;
  /** Resolves to the reason when the connection is no more. Never rejects. */
  readonly closed: Promise<string>;
}

const opened = 1;

/**
 * Watches over an event connection from its first moment. A connection can die
 * without a word (a frozen Asterisk, a router that forgot it), and its handshake
 * can hang; neither ari-client nor ws notices. So it is pinged, and ended when
 * nothing has been heard for too long.
 */
export function heartbeat(
  socket: EventSocket,
  timeouts: Pick<Timeouts, 'beat' | 'silence'>,
): Heartbeat {
  let heardAt = performance.now();
  const heard = (): void => {
    heardAt = performance.now();
  };
  socket.on('pong', heard);
  socket.on('message', heard);

  const closed = new Promise<string>((resolve) => {
    const end = (why: string): void => {
      clearInterval(beat);
      resolve(why);
    };
    const beat = setInterval(() => {
      if (performance.now() - heardAt >= timeouts.silence) {
        end(`Asterisk has been silent for ${timeouts.silence} ms`);
        socket.terminate();
      } else if (socket.readyState === opened) {
        socket.ping();
      }
    }, timeouts.beat);
    socket.on('close', () => end('Asterisk closed the event connection'));
    socket.on('error', () => end('the event connection failed'));
  });

  const open = new Promise<void>((resolve, reject) => {
    socket.on('open', () => {
      heard();
      resolve();
    });
    void closed.then((why) => reject(new Error(why)));
  });
  return { opened: open, closed };
}
