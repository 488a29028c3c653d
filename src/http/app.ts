import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
} from 'express';
import type { Logger } from 'pino';
import type { Administration } from '../access/administration.ts';
import { AccessError } from '../domain/access-error.ts';
import type { Instant, Seconds } from '../domain/time.ts';
import { checked } from './checked.ts';
import { doorKeeper, type Door } from './doors.ts';
import { mount, otherMethods } from './mount.ts';
import { nothing } from './requests.ts';
import { ownHostOnly } from './own-host.ts';
import { answerError, answerProblem, type ProblemCode } from './problems.ts';
import { loggedError, requestLog } from './request-log.ts';
import { routesTo } from './routes.ts';

export interface HttpParts {
  readonly rules: Administration;
  readonly log: Logger;
  readonly now: () => Instant;
  readonly door: Door;
  /** Names, besides the loopback ones, that `Host` may hold at the token's door: no port. */
  readonly hosts?: readonly string[];
  /** After this long a request is answered 504, whatever becomes of it. */
  readonly deadline?: Seconds;
}

/** The REST API behind one door; docs/rest.md describes it. */
export function createHttp(parts: HttpParts): Express {
  const { rules, log, now, door, hosts = [], deadline = 15 } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // nothing here is to be kept, so nothing is to be compared
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.use(requestLog(log, now), safeHeaders);
  if (door === 'token') app.use(ownHostOnly(hosts));
  app
    .route('/health')
    .get((request, response) => {
      checked(nothing, request.query);
      response.json({ ok: true });
    })
    .all(otherMethods(['GET']));
  app.use(['/v1', '/metrics'], doorKeeper(door, rules, now));
  mount(app, routesTo(rules), { deadline, late: failedTo(log) });
  app.use((_request, response) => {
    answerProblem(response, 'not-found', 'There is nothing at this path; see docs/rest.md.');
  });
  app.use(errorsTo(failedTo(log)));
  return app;
}

const safeHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
  });
  next();
};

/** What express and its body reader say of a request that they could not read. */
const unreadable: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  'entity.too.large': ['too-large', 'The body is too large.'],
  'entity.parse.failed': ['invalid', 'The body is not JSON.'],
  'encoding.unsupported': ['unsupported-media-type', 'Send the body without Content-Encoding.'],
  'charset.unsupported': ['unsupported-media-type', 'Send the body in UTF-8.'],
  'request.aborted': ['invalid', 'The body ended before its length.'],
  'request.size.invalid': ['invalid', 'The body has not the length that was announced.'],
};

function errorsTo(failed: ReturnType<typeof failedTo>): ErrorRequestHandler {
  // four parameters are how express knows an error handler
  return (error: unknown, _request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const type = (error as { type?: unknown } | null)?.type;
    const known = typeof type === 'string' ? unreadable[type] : undefined;
    const { limit } = (error ?? {}) as { limit?: unknown };
    if (known) {
      // the rest of the body is unread: this connection cannot be used again
      response.set('Connection', 'close');
      const [code, detail] = known;
      // what there is at most is the route's to say
      const most = typeof limit === 'number' ? ` At most ${limit / 1024} KiB are read here.` : '';
      answerProblem(response, code, `${detail}${most}`);
      return;
    }
    if (error instanceof URIError) {
      answerProblem(response, 'invalid', 'The path is not well-formed percent-encoding.');
      return;
    }
    answerError(response, error);
    if (response.statusCode >= 500) failed(error, response);
  };
}

function failedTo(log: Logger) {
  return (error: unknown, response: Response): void => {
    const requestId = response.getHeader('X-Request-Id');
    const what = error instanceof AccessError ? error.code : 'unexpected';
    log.error({ requestId, what, error: loggedError(error) }, 'request failed');
  };
}
