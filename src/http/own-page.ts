import type { Request } from 'express';

const safe = new Set(['GET', 'HEAD']);

/**
 * Why a request that came with a cookie is not our own page's; undefined when it is. A browser
 * sends the cookie by itself, so it does not show who wants what is asked: another page of the
 * same host (another port of localhost is one) could make it send a form. That page cannot set
 * our header, and the browser says where the request comes from.
 */
export function notOwnPage(request: Request): string | undefined {
  const { headers, method } = request;
  const site = headers['sec-fetch-site'];
  if (safe.has(method)) {
    // typed by hand, or ours; not an image in another page
    return site === undefined || site === 'same-origin' || site === 'none'
      ? undefined
      : 'It comes from another page.';
  }
  if (headers['x-dialgate-page'] === undefined) {
    return 'What changes something by a session needs the header "X-Dialgate-Page: 1".';
  }
  // the browser's own word; where it says nothing (plain HTTP by a name), Origin does
  const own = site === undefined ? ownOrigin(request) : site === 'same-origin';
  return own ? undefined : 'It does not come from our own page.';
}

function ownOrigin({ headers: { origin, host } }: Request): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/** What the page asks by itself, without anybody being there, keeps no session alive. */
export function byItself({ headers, originalUrl }: Request): boolean {
  const [path = ''] = originalUrl.split('?');
  return headers['x-dialgate-page'] === 'background' || quiet.has(path);
}

/** Looking how long it lasts is no use of it, and events go on by themselves. */
const quiet = new Set(['/v1/session', '/v1/events']);
