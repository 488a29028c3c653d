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
import { doorKeeper, type Door } from './doors.ts';
import { createLimits, usualRequests, type Requests } from './limits.ts';
import { createMeters, type Meters } from './metrics/meters.ts';
import { metered } from './metrics/metered.ts';
import { mount } from './mount.ts';
import { ownHostOnly } from './own-host.ts';
import { pageFiles, pageForStrays } from './page-files.ts';
import type { PageFiles } from './page-reading.ts';
import type { ProblemCode } from './problem-codes.ts';
import { answerError, answerProblem } from './problems.ts';
import { loggedError, requestLog } from './request-log.ts';
import type { Route } from './route.ts';
import { routesTo } from './routes.ts';
import { createTurns, type Turns } from './turns.ts';
import { wholeHead } from './whole-head.ts';

export interface HttpParts {
  readonly rules: Administration;
  readonly log: Logger;
  readonly now: () => Instant;
  readonly door: Door;
  /** Names, besides the loopback ones, that `Host` may hold at the token's door: no port. */
  readonly hosts?: readonly string[];
  /** After this long a request is answered 504, whatever becomes of it. */
  readonly deadline?: Seconds;
  /** The most requests, at the token's door. */
  readonly requests?: Requests;
  /** The administrator's page, which is served at the token's door alone. */
  readonly page?: PageFiles;
  /** Shared by the doors of a house. */
  readonly turns?: Turns;
  /** The same. */
  readonly meters?: Meters;
}

/** The REST API behind one door; docs/rest.md describes it. */
export function createHttp(given: HttpParts): Express {
  const { rules, log, now, door, hosts = [], deadline = 15, turns = createTurns() } = given;
  const { meters = createMeters() } = given;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // nothing here is to be kept, so nothing is to be compared
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.use(requestLog(log, now), metered(meters), safeHeaders, wholeHead);
  const limits = createLimits(given.requests ?? usualRequests, now);
  if (door === 'token') {
    app.use(ownHostOnly(hosts), limits.strangers(doorPaths));
    if (given.page) app.use(pageFiles(given.page));
  }
  app.use('/not-me', limits.links);
  const groups = routesTo(rules, meters);
  const routes = groups.flatMap((group) => group.routes);
  const keeper = doorKeeper(door, rules, limits, now);
  const parts = { rules, turns, meters, deadline, late: failedTo(log), signIn: keeper.signIn };
  const signingIn = routes.filter(({ signsIn }) => signsIn);
  const open = routes.filter((route) => route.may === 'anyone' && !signingIn.includes(route));
  mount(app, open, parts);
  app.use([...doorPaths], except(signingIn, keeper.keep));
  mount(
    app,
    routes.filter((route) => !open.includes(route)),
    parts,
  );
  if (door === 'token' && given.page) app.use(pageForStrays(given.page));
  app.use((_request, response) => {
    answerProblem(response, 'not-found', 'There is nothing at this path; see docs/rest.md.');
  });
  app.use(errorsTo(failedTo(log)));
  return app;
}

/** All but those that are on their way to show their token. */
function except(routes: readonly Route[], keep: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const path = request.baseUrl + request.path;
    const passes = routes.some((route) => route.method === request.method && route.path === path);
    return passes ? next() : keep(request, response, next);
  };
}

/** What stands behind the door. */
const doorPaths = ['/v1', '/metrics'];

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
  'entity.verify.failed': ['invalid', 'The body is not UTF-8.'],
  'encoding.unsupported': ['unsupported-media-type', 'Send the body without Content-Encoding.'],
  'charset.unsupported': ['unsupported-media-type', 'Send the body in UTF-8.'],
  'request.aborted': ['invalid', 'The body ended before its length.'],
  'request.size.invalid': ['invalid', 'The body has not the length that was announced.'],
};

function errorsTo(failed: ReturnType<typeof failedTo>): ErrorRequestHandler {
  // four parameters are how express knows an error handler
  return (error: unknown, _request, response, _next) => {
    if (response.headersSent) {
      // what was being sent breaks off; that nobody reads it any more is no fault
      const { code } = (error ?? {}) as { code?: unknown };
      if (code !== 'ERR_STREAM_PREMATURE_CLOSE') failed(error, response);
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
