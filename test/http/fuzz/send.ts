import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

/** What comes back, as far as it was read. */
export interface Answered {
  /** 0 where the connection was cut before any answer. */
  readonly status: number;
  /** Without parameters. */
  readonly type: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Sending {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

const patience = 20_000; // ms
/** A stream that goes on for ever is looked at for so long, in ms. */
const aWhile = 15;
const cut: Answered = { status: 0, type: '', text: '', headers: {} };

export interface Sender {
  send(asking: Sending): Promise<Answered>;
  close(): void;
}

/** Over real connections to the server, used again as browsers do. */
export function createSender(at: string): Sender {
  const { hostname, port } = new URL(at);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });

  async function usual({ method, target, headers, body }: Sending): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, method, path: target, agent, timeout: patience });
      for (const [name, values] of grouped(headers)) asked.setHeader(name, values);
      // Node leaves it out where a method has no body as a rule
      if (body !== undefined) asked.setHeader('Content-Length', Buffer.byteLength(body));
      asked.once('response', (response) => {
        read(response).then(resolve, reject);
      });
      asked.once('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.on('error', (error: NodeJS.ErrnoException) => {
        // the server answers and closes while a body that is too large is still coming
        if (error.code === 'EPIPE' || error.code === 'ECONNRESET') resolve(cut);
        else reject(error);
      });
      asked.end(body);
    });
  }

  /** As Node's own client would never send it. */
  async function bare({ method, target, headers, body = '' }: Sending): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), timeout: patience });
      const host = headers.some(([name]) => name === 'Host')
        ? []
        : [['Host', 'localhost'] as const];
      const lines = [...host, ...headers, ['Connection', 'close'] as const];
      const length =
        body === '' ? [] : [['Content-Length', String(Buffer.byteLength(body))] as const];
      const head = [...lines, ...length].map(([name, value]) => `${name}: ${value}`);
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => {
        pieces.push(piece);
        if (piece.includes('text/event-stream')) setTimeout(() => socket.destroy(), aWhile);
      });
      socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
      });
      const longest = setTimeout(() => socket.destroy(new Error('no end in time')), patience);
      socket.once('close', () => {
        clearTimeout(longest);
        resolve(firstOf(Buffer.concat(pieces)));
      });
      socket.write(`${method} ${target} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`);
    });
  }

  return {
    send: (asking) => (isUsual(asking) ? usual(asking) : bare(asking)),
    close: () => agent.destroy(),
  };
}

function isUsual({ target, headers }: Sending): boolean {
  return (
    /^[!-~]*$/.test(target) &&
    headers.every(([name, value]) => name !== 'Host' && /^[\t -~\x80-\xff]*$/.test(value))
  );
}

function grouped(headers: Sending['headers']): Map<string, string | string[]> {
  const all = new Map<string, string | string[]>();
  for (const [name, value] of headers) {
    const before = all.get(name);
    all.set(name, before === undefined ? value : [before, value].flat());
  }
  return all;
}

function read(response: IncomingMessage): Promise<Answered> {
  const { statusCode: status = 0, headers } = response;
  const type = (headers['content-type'] ?? '').replace(/;.*/, '');
  return new Promise((resolve) => {
    let text = '';
    const done = (): void =>
      resolve({ status, type, text, headers: headers as Record<string, string> });
    response.setEncoding('utf8');
    response.on('data', (piece: string) => (text += piece));
    response.once('end', done);
    // cut in the middle: what was sent so far is judged
    response.once('error', done);
    response.once('close', done);
    if (type === 'text/event-stream') setTimeout(() => response.destroy(), aWhile);
  });
}

/** The first answer of all that came: there are more where a text held a request of its own. */
function firstOf(whole: Buffer): Answered {
  const text = whole.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
  const headers = Object.fromEntries(
    lines.map((one) => {
      const [name = '', ...value] = one.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
  const body = Buffer.from(text.slice(end + 4));
  const length = Number(headers['content-length'] ?? body.length);
  const bodyText =
    headers['transfer-encoding'] === 'chunked'
      ? unchunked(body)
      : body.subarray(0, length).toString('utf8');
  return {
    status,
    type: (headers['content-type'] ?? '').replace(/;.*/, ''),
    text: bodyText,
    headers,
  };
}

function unchunked(body: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, end).toString('latin1'), 16);
    if (end < 0 || !(size > 0)) break;
    pieces.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(pieces).toString('utf8');
}
