import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import type { Administration, Health } from '../../src/access/administration.ts';
import type { AdmissionCounts } from '../../src/access/admission.ts';
import type { Stores } from '../../src/domain/ports.ts';
import type { Timer } from '../../src/domain/time.ts';
import { createHttp, type HttpParts } from '../../src/http/app.ts';
import { listen, listenUnix, type Listening } from '../../src/http/listen.ts';
import { createFakeNames, type FakeNames } from '../fakes/names.ts';
import { createMemoryStores } from '../fakes/stores.ts';
import { administrationOn } from './administration.ts';
import { expectDescribed } from './described.ts';

/** What is taken in a test, and let go of when it ends. */
const taken: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const letGo of taken.splice(0).toReversed()) await letGo();
});

export const well: Health = {
  ok: true,
  parts: { asterisk: { ok: true }, helper: { ok: true }, database: { ok: true } },
  version: '0.1.0',
};

export interface House {
  readonly at: string;
  readonly rules: Administration;
  readonly stores: Stores;
  readonly names: FakeNames;
  /** Every line of the log so far. */
  readonly logged: () => string;
  readonly admin: string;
  readonly operator: string;
  readonly auditor: string;
  readonly clock: { now: number };
  readonly listening: Listening;
}

type Changes = Partial<Omit<HttpParts, 'rules'>> & {
  /** Rules that behave differently from the real ones. */
  readonly rules?: Partial<Administration>;
  readonly admission?: AdmissionCounts;
  readonly configuration?: () => unknown;
  readonly timer?: Timer;
  /** In memory unless others are given. */
  readonly stores?: Stores;
  readonly alsoAllowed?: readonly string[];
};

/** The real rules behind the real API, on loopback or a socket, with a token for each role. */
export async function openHouse(changes: Changes = {}): Promise<House> {
  const clock = { now: Date.UTC(2025, 5, 1, 12) };
  const names = createFakeNames();
  const {
    admission,
    configuration,
    rules: others,
    stores = createMemoryStores(),
    alsoAllowed,
    timer,
    ...parts
  } = changes;
  const real = administrationOn({
    stores,
    names,
    clock: { now: () => clock.now },
    health: () => Promise.resolve(well),
    admission: () => admission,
    ...(configuration && { configuration }),
    ...(timer && { timer }),
    ...(alsoAllowed && { alsoAllowed }),
  });
  const { secret: admin } = await real.addToken({ name: 'ops', role: 'admin' }, 'cli:local');
  const { secret: operator } = await real.addToken({ name: 'desk', role: 'operator' }, 'cli:local');
  const { secret: auditor } = await real.addToken({ name: 'eyes', role: 'auditor' }, 'cli:local');
  const rules = { ...real, ...others };
  let lines = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString();
      done();
    },
  });
  const app = createHttp({
    log: pino({ level: 'trace' }, sink),
    now: () => clock.now,
    door: 'token',
    ...parts,
    rules,
  });
  const listening =
    changes.door === 'admin-socket'
      ? await listenUnix(app, join(newFolder(), 'admin.sock'), 0o600)
      : await listen(app, { host: '127.0.0.1', port: 0 });
  letGoOf(() => listening.close(0.1));
  const { at } = listening;
  return {
    at,
    rules,
    stores,
    names,
    logged: () => lines,
    admin,
    operator,
    auditor,
    clock,
    listening,
  };
}

export function letGoOf(letGo: () => Promise<void> | void): void {
  taken.push(letGo);
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-http-'));
  letGoOf(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; an empty object when it is none. */
  readonly body: Record<string, unknown>;
}

interface Sent {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is text. */
  readonly body?: unknown;
  /** The rules are made to behave as the real ones never do. */
  readonly undescribed?: boolean;
}

/** One request, with nothing hidden: any method, path and header. */
export async function ask(
  at: string,
  method: string,
  path: string,
  sent: Sent = {},
): Promise<Answered> {
  const answered = await send(at, method, path, sent);
  if (!sent.undescribed) expectDescribed(method, path, answered);
  return answered;
}

function send(at: string, method: string, path: string, sent: Sent): Promise<Answered> {
  const { token, body } = sent;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const where: RequestOptions = at.startsWith('http')
    ? { hostname: new URL(at).hostname, port: new URL(at).port }
    : { socketPath: at };
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...where,
        method,
        path,
        agent: false,
        timeout: 10_000,
        headers: {
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(text !== undefined && {
            'Content-Type': 'application/json',
            'Content-Length': String(Buffer.byteLength(text)),
          }),
          ...sent.headers,
        },
      },
      (response) => {
        let whole = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          whole += chunk;
          // that goes on as long as somebody listens
          if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
        });
        const done = (): void =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: whole,
            body: bodyOf(whole),
          });
        response.once('error', reject);
        response.once('end', done);
        response.once('close', done);
      },
    );
    asked.once('timeout', () => asked.destroy(new Error('no answer within ten seconds')));
    asked.once('error', reject);
    asked.end(text);
  });
}

function bodyOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
