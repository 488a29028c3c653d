import { chmodSync, existsSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import { mostHeaders } from './whole-head.ts';
import { answerUnheard } from './unheard.ts';

/** How long a peer may take, in seconds: for the headers, for the whole request, and in silence. */
interface Limits {
  readonly headers: Seconds;
  readonly request: Seconds;
  readonly silence: Seconds;
}

const usualLimits: Limits = { headers: 10, request: 15, silence: 60 };

export interface Listening {
  /** What was bound: `http://127.0.0.1:8080`, or the socket's path. */
  readonly at: string;
  /** Takes no more connections, lets the requests under way end, and cuts what is left after `grace` (3 s). */
  close(grace?: Seconds): Promise<void>;
}

/** Port 0 takes any free one. @throws AccessError `conflict` when the port is taken, `internal` otherwise. */
export async function listen(
  app: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
  limits = usualLimits,
): Promise<Listening> {
  const server = limitedServer(app, limits);
  await bound(server, () => server.listen({ host, port }), `${host} port ${port}`);
  const { address, family, port: taken } = server.address() as AddressInfo;
  const shown = family === 'IPv6' ? `[${address}]` : address;
  return { at: `http://${shown}:${taken}`, close: (grace) => close(server, grace) };
}

/**
 * A socket file that was left by a crash is replaced; one that is being served,
 * or a file of another kind, is not.
 * @param mode permissions of the socket's file: they are the door.
 * @throws AccessError `conflict` when it is served already, `internal` otherwise.
 */
export async function listenUnix(
  app: RequestListener,
  path: string,
  mode: number,
  limits = usualLimits,
): Promise<Listening> {
  await clear(path);
  const server = limitedServer(app, limits);
  // bind() happens inside listen(), so that there is no moment with wider permissions
  await bound(
    server,
    () => {
      const before = process.umask(0o777 & ~mode);
      try {
        server.listen({ path });
      } finally {
        process.umask(before);
      }
    },
    path,
  );
  chmodSync(path, mode);
  return { at: path, close: (grace) => close(server, grace) };
}

function limitedServer(app: RequestListener, { headers, request, silence }: Limits): Server {
  const server = createServer(
    {
      headersTimeout: headers * 1000,
      requestTimeout: request * 1000,
      // how often the two are looked at
      connectionsCheckingInterval: Math.min(1000, headers * 500),
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16 * 1024,
      // the app says so in its own words
      requireHostHeader: false,
    },
    app,
  );
  // one more than the app takes: what is over is cut off without a word
  server.maxHeadersCount = mostHeaders + 1;
  answerUnheard(server);
  server.maxConnections = 256;
  server.setTimeout(silence * 1000); // a peer that has gone without a word
  return server;
}

async function bound(server: Server, start: () => void, where: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    start();
  }).catch((cause: unknown) => {
    throw new AccessError(...reason((cause as NodeJS.ErrnoException).code, where), { cause });
  });
  // after that, an error of the server (no descriptors left, say) concerns one connection only
  server.removeAllListeners('error').on('error', () => undefined);
}

function reason(code: string | undefined, where: string): ['conflict' | 'internal', string] {
  switch (code ?? 'unknown') {
    case 'EADDRINUSE':
      return [
        'conflict',
        `${where} is taken: is another dialgate running? Choose another in the configuration.`,
      ];
    case 'EACCES':
      return ['internal', `Listening on ${where} is not permitted to this user.`];
    case 'EADDRNOTAVAIL':
      return ['internal', `${where} is not an address of this machine; correct the configuration.`];
    default:
      return ['internal', `Listening on ${where} failed (${code ?? 'unknown'}).`];
  }
}

/** Room in sockaddr_un, less the final NUL (unix(7)); a longer path would be cut. */
const longestPath = 107;

/** Checks here what the system's own errors do not tell apart (a missing folder comes as EACCES). */
async function clear(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestPath) {
    throw new AccessError(
      'internal',
      `${path} is too long for a socket; ${longestPath} bytes fit.`,
    );
  }
  if (!existsSync(dirname(path))) {
    throw new AccessError(
      'internal',
      `The folder of ${path} does not exist; make it, or correct the configuration.`,
    );
  }
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (!file) return;
  if (!file.isSocket()) {
    throw new AccessError(
      'internal',
      `${path} exists and is no socket; remove it, or choose another path.`,
    );
  }
  await checkUnserved(path);
  unlinkSync(path);
}

/** @throws AccessError `conflict` when somebody serves the socket there. */
export async function checkUnserved(path: string): Promise<void> {
  if (!existsSync(path) || !(await isServed(path))) return;
  throw new AccessError('conflict', `${path} is served already: is another dialgate running?`);
}

/** Only a refusal shows that nobody serves it; silence for a second counts as served. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: 1000 });
    const done = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(true));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'ECONNREFUSED'));
  });
}

async function close(server: Server, grace: Seconds = 3): Promise<void> {
  if (!server.listening) return;
  const cut = setTimeout(() => server.closeAllConnections(), grace * 1000);
  await new Promise<void>((resolve) => {
    // idle connections it closes by itself
    server.close(() => resolve());
  });
  clearTimeout(cut);
}
