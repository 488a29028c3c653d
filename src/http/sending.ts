import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Sent } from './perform.ts';
import type { Route } from './route.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';

/** Sends what was answered, in the form that the route has. */
export async function send(
  response: Response,
  answer: Sent,
  route: Route,
  query: Record<string, unknown>,
): Promise<void> {
  const { policy, media } = route;
  const { status = 200, location, etag, body, repeated, session } = answer;
  if (location !== undefined) response.set('Location', location);
  if (etag !== undefined) response.set('ETag', etag);
  if (repeated) response.set('Idempotency-Replayed', 'true');
  if (policy !== undefined) response.set('Content-Security-Policy', policy);
  if (session === null) clearSessionCookie(response.req, response);
  else if (session !== undefined) setSessionCookie(response.req, response, session);
  response.status(status);
  if (status === 204) response.end();
  else if (route.written) response.type('json').end(body);
  // express would answer 304 to `If-None-Match: *`, and nothing here is to be kept
  else if (media === undefined) response.type('json').end(JSON.stringify(body));
  else if (!isStream(body)) response.set('Content-Type', media).end(body);
  else {
    response.set('Content-Type', route.mediaOf?.(query) ?? media);
    // proxies must not gather it; and when it ends, the connection has nothing more to do
    if (route.live) response.set({ 'X-Accel-Buffering': 'no', Connection: 'close' });
    // nothing is to be made for who asks for the head alone
    if (response.req.method === 'HEAD') {
      await discard(answer);
      response.end();
      return;
    }
    // as fast as it is read, and no further than to where the other side has gone
    await pipeline(Readable.from(body, { highWaterMark: 1 }), response);
  }
}

/** What nobody will read lets go of what it holds. */
export async function discard({ body }: Sent): Promise<void> {
  if (isStream(body)) await body[Symbol.asyncIterator]().return?.();
}

const isStream = (body: unknown): body is AsyncIterable<string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
