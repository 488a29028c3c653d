import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { problems, type ProblemCode } from './problem-codes.ts';
import { problemOf, problemType } from './problems.ts';

/** What Node's parser says of what it could not read; anything else is no HTTP. */
const unread: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The headers have at most 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['too-large', 'The extensions of a chunk are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not come whole in time.'],
};

/** What Node's parser could not read, with the piece in which it gave up. */
interface Unread extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/** As far as can be seen: the piece is not the first one where a head came in several. */
const isHead = (piece?: Buffer): boolean => piece?.subarray(0, 5).toString('latin1') === 'HEAD ';

/** Answers with a problem what never becomes a request: Node by itself has a bare status for it. */
export function answerUnheard(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    latest.set(request.socket, response);
  });
  server.on('clientError', (error: Unread, socket: Duplex) => {
    const under = latest.get(socket);
    // in the middle of another answer nothing can be said
    const busy = under !== undefined && under.headersSent && !under.writableFinished;
    if (!socket.writable || busy || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const [code, detail] =
      unread[error.code ?? ''] ?? (['invalid', 'This is no HTTP/1.1.'] as const);
    endWith(socket, code, detail, isHead(error.rawPacket));
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = written('expectation-failed', 'Only 100-continue is known.');
    response.writeHead(status, headers).end(body);
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWith(socket, 'method-not-allowed', 'CONNECT does not exist here.');
  });
}

function written(code: ProblemCode, detail: string) {
  const id = randomUUID();
  const body = JSON.stringify(problemOf(code, detail, id));
  const [status] = problems[code];
  const headers = {
    'Content-Type': `${problemType}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': id,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
  return { status, headers, body };
}

function endWith(socket: Duplex, code: ProblemCode, detail: string, headOnly = false): void {
  const { status, headers, body } = written(code, detail);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => undefined);
  socket.end(
    [`HTTP/1.1 ${status} ${problems[code][1]}`, ...lines, '', headOnly ? '' : body].join('\r\n'),
    // whoever goes on sending is not listened to
    () => socket.destroy(),
  );
}
