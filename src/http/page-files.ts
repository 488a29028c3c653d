import type { Request, RequestHandler, Response } from 'express';
import { encodings, type Encoding, type PageFile, type PageFiles } from './page-reading.ts';
import { answerProblem } from './problems.ts';

/** What somebody may go to; what is shown there the page itself knows. */
const views = new Set(['/', '/now', '/history', '/people', '/entries', '/sign-in']);

/** Everything from here, and nothing written into the page itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the administrator's page from memory. It holds nothing of this house: all that it
 * shows it asks for, by the session that it begins.
 */
export function pageFiles(files: PageFiles): RequestHandler {
  return (request, response, next) => {
    const view = isView(request.path);
    const file = files.get(view ? '/index.html' : request.path);
    if (!view && !file) {
      next();
      return;
    }
    if (!['GET', 'HEAD'].includes(request.method)) {
      response.set('Allow', 'GET, HEAD');
      answerProblem(response, 'method-not-allowed', `There is GET and HEAD of ${request.path}.`);
      return;
    }
    if (file) send(file, request, response);
    else sendNotBuilt(response);
  };
}

/**
 * For a path at which there is nothing: somebody at a browser has mistyped a view, and gets the
 * page, which says so; a program gets the problem. Programs accept anything, browsers ask for HTML.
 */
export function pageForStrays(files: PageFiles): RequestHandler {
  return (request, response, next) => {
    const file = files.get('/index.html');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    response.vary('Accept');
    if (!file || !isRead || notForPeople.test(request.path) || !wantsHtml(request)) next();
    else send(file, request, response.status(404));
  };
}

const wantsHtml = (request: Request): boolean => request.accepts(['json', 'html']) === 'html';

/** What a program asks for, or the page itself. */
const notForPeople = /^\/(v1|metrics|assets|not-me)(\/|$)/;

const isView = (path: string): boolean => views.has(path);

function send(file: PageFile, request: Request, response: Response): void {
  const encoding = encodingFor(request, file);
  const tag = `"${file.tag}-${encoding}"`;
  response.set({
    'Content-Security-Policy': policy,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Content-Type': file.type,
    ETag: tag,
    // the page names the others, so after an upgrade it must be the new one
    'Cache-Control': file.forEver ? 'public, max-age=31536000, immutable' : 'no-store',
  });
  response.vary('Accept-Encoding');
  // RFC 9110, section 13.2.1: of what is there alone
  if (response.statusCode === 200 && isKnown(tag, request.headers['if-none-match'])) {
    response.status(304).end();
    return;
  }
  const body = file.bodies[encoding];
  if (encoding !== 'identity') response.set('Content-Encoding', encoding);
  response.set('Content-Length', String(body.length));
  // of HEAD Node sends no body
  response.end(body);
}

function encodingFor(request: Request, { bodies }: PageFile): Encoding {
  if (bodies.br === bodies.identity) return 'identity';
  // one by one: the smallest that can be read, not the one that was named first
  const accepted = encodings.find((encoding) => request.acceptsEncodings(encoding) === encoding);
  return accepted ?? 'identity';
}

/** RFC 9110, section 13.1.2: compared weakly. */
function isKnown(tag: string, header: string | undefined): boolean {
  const known = (header ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''));
  return known.some((one) => one === tag || one === '*');
}

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>dialgate</title></head><body>
<h1>The administrator’s page was not built</h1>
<p>Build it with <code>npm run build</code> where dialgate was installed from its sources, and start
dialgate again. All else works without it: the <code>dialgate</code> command, and the
<a href="/reference">REST API</a>.</p>
</body></html>
`;

function sendNotBuilt(response: Response): void {
  response.status(503).type('html').send(notBuilt);
}
