import { createServer, type Server } from 'node:net';
import type { WireAnswer, WireEvent } from '../../firewall/wire.ts';
import { ConfigError } from '../config/config-values.ts';
import { Client, type ClientTimes } from './client.ts';
import type { Reply } from './reply.ts';

/** Connections at once: the app, a command line or two, and room for those that are going. */
const mostClients = 16;

const busy: WireAnswer = {
  id: null,
  ok: false,
  error: { code: 'busy', message: `${mostClients} clients are connected, which is the most.` },
};

export interface SocketServer {
  readonly broadcast: (event: WireEvent) => void;
  readonly close: () => void;
}

const usualTimes: ClientTimes = { stall: 5000, drain: 5000 };

/** Who may connect to a socket: root always, and our own user. */
export type Mode = 0o600 | 0o660;

/** Listens on a Unix socket. */
export async function listen(path: string, mode: Mode, reply: Reply): Promise<SocketServer> {
  const clients = new Set<Client>();
  const server = createServer((socket) => {
    if (clients.size >= mostClients) {
      socket.on('error', () => socket.destroy());
      // told, then closed; what it sends meanwhile is not read
      socket.end(`${JSON.stringify(busy)}\n`, () => socket.destroy());
      return;
    }
    const client = new Client(socket, reply, usualTimes);
    clients.add(client);
    socket.on('close', () => clients.delete(client));
  });
  await bound(server, path, mode);
  return {
    broadcast: (event) => clients.forEach((client) => client.send(event)),
    close: () => {
      server.close();
      clients.forEach((client) => client.end());
    },
  };
}

function bound(server: Server, path: string, mode: Mode): Promise<void> {
  // from the first moment on: chmod afterwards would leave a gap
  const before = process.umask(0o777 & ~mode);
  return new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ConfigError(`The helper cannot listen at ${path}: ${error.message}.`));
    });
    server.listen(path, resolve);
  }).finally(() => process.umask(before));
}
