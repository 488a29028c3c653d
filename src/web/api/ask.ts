import { noteServerTime } from '../time/clock.ts';
import { somebodyIsThere } from './presence.ts';
import { offline, problemOf } from './problem.ts';

/** What a query may hold; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

interface Sent {
  readonly query?: Query | undefined;
  readonly body?: object | undefined;
  /** The ETag of what was seen: refused with 412 when it was changed since. */
  readonly ifMatch?: string | null | undefined;
  /** Of a POST that is sent again as the same one when its answer was lost; otherwise a new one each time. */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answered<Body> {
  readonly body: Body;
  readonly etag: string | null;
}

/** Longer than the server gives itself (15 s), so that it is the one to say so. */
const longest = 20_000;

/** Told of each answer that says we are not signed in. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/**
 * One request to the API, by the cookie of the session.
 *
 * @throws Problem whatever went wrong; an AbortError when `signal` was used.
 */
export async function ask<Body>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  { query, body, ifMatch, key = newKey(), signal }: Sent = {},
): Promise<Answered<Body>> {
  const timeout = AbortSignal.timeout(longest);
  let response: Response;
  try {
    response = await fetch(withQuery(path, query), {
      method,
      credentials: 'same-origin',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: {
        Accept: 'application/json',
        // no other site can set it without our leave (CORS), and the server asks for it
        'X-Dialgate-Page': method !== 'GET' || somebodyIsThere() ? '1' : 'background',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(method === 'POST' && { 'Idempotency-Key': key }),
        ...(ifMatch && { 'If-Match': ifMatch }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw offline(error);
  }
  noteServerTime(response.headers.get('Date'));
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && path !== '/v1/session') onSignedOut();
    throw problem;
  }
  const answer = response.status === 204 ? undefined : await response.json().catch(unfinished);
  return { body: answer as Body, etag: response.headers.get('ETag') };
}

export async function get<Body>(path: string, query?: Query, signal?: AbortSignal): Promise<Body> {
  return (await ask<Body>('GET', path, { query, signal })).body;
}

export function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

function unfinished(error: unknown): never {
  throw offline(error);
}

/** An Idempotency-Key. crypto.randomUUID is there in secure contexts alone; this everywhere. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
