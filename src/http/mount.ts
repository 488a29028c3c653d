import { isUtf8 } from 'node:buffer';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { AccessError } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import { checked } from './checked.ts';
import { answerProblem } from './problems.ts';
import { performed, type Performing, type Sent } from './perform.ts';
import { meteredAs } from './metrics/metered.ts';
import type { Meters } from './metrics/meters.ts';
import { isRowNumber } from './request-text.ts';
import type { Method, Route } from './route.ts';
import { discard, send } from './sending.ts';
import { visitorOf } from './visitor.ts';

const usualLargestBody = 64 * 1024;

export interface Mounting extends Performing {
  readonly meters: Meters;
  /** After this long the answer is 504. */
  readonly deadline: Seconds;
  /** Told of what fails after that: nobody else hears of it. */
  readonly late: (error: unknown, response: Response) => void;
  /** The door for those whose token is in the body. */
  readonly signIn: RequestHandler;
}

/** Puts the routes into the app, behind whatever door it has. */
export function mount(app: Express, routes: readonly Route[], parts: Mounting): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const at = app.route(path);
    for (const route of here) {
      const method = route.method.toLowerCase() as Lowercase<typeof route.method>;
      // the role before the body: who may not do it need not be listened to
      const steps = [
        meteredAs(route, parts.meters),
        only(route, parts.rules),
        ...(route.method === 'GET' ? [] : [jsonOnly, jsonOf(route)]),
        ...(route.signsIn ? [parts.signIn] : []),
      ];
      at[method](...steps, answering(route, parts));
    }
    at.all(otherMethods(here.map((route) => route.method)));
  }
}

/** Answers whatever method is left at a path with 405 and those that there are (RFC 9110). */
function otherMethods(methods: readonly Method[]): RequestHandler {
  const allow = methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  return (request, response) => {
    response.set('Allow', allow);
    answerProblem(
      response,
      'method-not-allowed',
      `${request.method} does not exist here; there is ${allow}.`,
    );
  };
}

function only({ may, method, path }: Route, rules: Performing['rules']): RequestHandler {
  return (request, response, next) => {
    const visitor = visitorOf(response);
    const role = visitor?.role;
    if (may === 'anyone' || (role !== undefined && may.includes(role))) {
      next();
      return;
    }
    rules.noteRefused({
      reason: 'forbidden',
      from: request.socket.remoteAddress ?? 'unix socket',
      by: visitor?.by,
      what: `${method} ${path}`,
    });
    answerProblem(response, 'forbidden', `This takes the role ${may.join(' or ')}.`);
  };
}

const jsonOnly: RequestHandler = (request, response, next) => {
  const empty =
    request.headers['transfer-encoding'] === undefined &&
    Number(request.headers['content-length'] ?? 0) === 0;
  if (empty || request.is('application/json') !== false) {
    next();
    return;
  }
  response.set('Connection', 'close');
  answerProblem(response, 'unsupported-media-type', 'Send "Content-Type: application/json".');
};

// strict would call `null` and `"text"` no JSON; the schemas say what they lack
const jsonOf = ({ largestBody: limit = usualLargestBody }: Route): RequestHandler =>
  express.json({
    limit,
    inflate: false,
    strict: false,
    // its decoder would put other characters in place of what is none
    verify: (_request, _response, body) => {
      if (!isUtf8(body)) throw new Error('not UTF-8');
    },
  });

/** Levels in a body; ours have four. What has thousands overflows the stack of whoever walks through it. */
const deepest = 16;

/** @throws AccessError `invalid`. */
function notTooDeep(body: unknown): unknown {
  const goesBelow = (value: unknown, levels: number): boolean =>
    typeof value === 'object' &&
    value !== null &&
    (levels === 0 || Object.values(value).some((inner) => goesBelow(inner, levels - 1)));
  if (!goesBelow(body, deepest)) return body;
  throw new AccessError('invalid', `The body is nested too deeply: ${deepest} levels are allowed.`);
}

function answering(route: Route, parts: Mounting): RequestHandler {
  return async (request, response) => {
    const visitor = visitorOf(response);
    if (!visitor && route.may !== 'anyone')
      throw new Error(`nobody came in by a door, yet ${route.path} was reached`);
    const { body = {} } = request as { body?: unknown };
    // a slip of the finger must not be ignored, and so open or close something else
    const asked = {
      params: checked(route.params, request.params),
      query: checked(route.query, request.query),
      body: checked(route.body, notTooDeep(body)),
      // what is open to all does nothing in anybody's name
      by: visitor?.by ?? ('system' as const),
      visitor,
      lastEventId: lastEventOf(route, request),
    };
    const work = performed(route, asked, request, parts);
    const answer = await inTime(work, parts, response);
    if (answer) await send(response, answer, route, asked.query);
  };
}

/** @throws AccessError `invalid` where it is none of ours. */
function lastEventOf({ live }: Route, { headers }: Request): number | undefined {
  const given = headers['last-event-id'];
  if (!live || given === undefined || given === '') return undefined;
  if (typeof given === 'string' && isRowNumber(given)) return Number(given);
  throw new AccessError('invalid', 'Last-Event-ID must be the id of an event of ours.');
}

/** The answer, or 504 and nothing more: whatever becomes of the work. */
async function inTime(
  work: Promise<Sent>,
  { deadline, late }: Mounting,
  response: Response,
): Promise<Sent | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      work.then(discard).catch((error: unknown) => late(error, response));
      resolve(undefined);
    }, deadline * 1000);
  });
  const answer = await Promise.race([work, timeUp]).finally(() => clearTimeout(timer));
  if (answer === undefined) {
    answerProblem(
      response,
      'timed-out',
      `No answer within ${deadline} seconds. It may have happened all the same: look before trying again.`,
    );
  }
  return answer;
}
