import type { Request, Response } from 'express';
import { isLoopback } from './own-host.ts';

/** SameSite=Strict: no other site's page ever sends it; HttpOnly: no script reads it. */
const name = 'dialgate_session';

/** The secret in the cookie; the empty text when what is there cannot be one of ours. */
export function sessionCookie(request: Request): string | undefined {
  const given = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  if (given.length === 0) return undefined;
  // two of one name: somebody else has put one there, and which is ours cannot be told
  const [, value = ''] = /^[^=]*=([A-Za-z0-9_-]{43})$/.exec(given[0] ?? '') ?? [];
  return given.length === 1 ? value : '';
}

/** Until the browser is closed, if nothing ends it before. */
export function setSessionCookie(request: Request, response: Response, secret: string): void {
  response.append('Set-Cookie', `${name}=${secret}; ${attributes(request)}`);
}

export function clearSessionCookie(request: Request, response: Response): void {
  response.append('Set-Cookie', `${name}=; Max-Age=0; ${attributes(request)}`);
}

function attributes(request: Request): string {
  return `Path=/; HttpOnly; SameSite=Strict${cameByHttps(request) ? '; Secure' : ''}`;
}

/** We speak no TLS ourselves: a proxy on this host says what it spoke. */
function cameByHttps(request: Request): boolean {
  const said = request.headers['x-forwarded-proto'];
  return said === 'https' && isLoopback(request.socket.remoteAddress ?? '');
}
