import express, { type Express, type RequestHandler, type Response } from 'express';
import type { Seconds } from '../domain/time.ts';
import { checked } from './checked.ts';
import { visitorOf } from './doors.ts';
import { answerProblem } from './problems.ts';
import type { Answer, Method, Route } from './route.ts';

const usualLargestBody = 64 * 1024;

export interface Patience {
  /** After this long the answer is 504. */
  readonly deadline: Seconds;
  /** Told of what fails after that: nobody else hears of it. */
  readonly late: (error: unknown, response: Response) => void;
}

/** Puts the routes into the app, behind whatever door it has. */
export function mount(app: Express, routes: readonly Route[], patience: Patience): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const at = app.route(path);
    for (const route of here) {
      const method = route.method.toLowerCase() as Lowercase<typeof route.method>;
      // the role before the body: who may not do it need not be listened to
      if (route.method === 'GET') at[method](answering(route, patience));
      else at[method](administratorsOnly, jsonOnly, jsonOf(route), answering(route, patience));
    }
    at.all(otherMethods(here.map((route) => route.method)));
  }
}

/** Answers whatever method is left at a path with 405 and those that there are (RFC 9110). */
export function otherMethods(methods: readonly Method[]): RequestHandler {
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

const administratorsOnly: RequestHandler = (_request, response, next) => {
  if (visitorOf(response)?.role === 'admin') {
    next();
    return;
  }
  answerProblem(response, 'forbidden', 'An auditor may read; this takes the role admin.');
};

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
  express.json({ limit, inflate: false, strict: false });

function answering(route: Route, { deadline, late }: Patience): RequestHandler {
  return async (request, response) => {
    const visitor = visitorOf(response);
    if (!visitor) throw new Error(`nobody came in by a door, yet ${route.path} was reached`);
    const { body = {} } = request as { body?: unknown };
    // a slip of the finger must not be ignored, and so open or close something else
    const work = route.answer({
      params: checked(route.params, request.params),
      query: checked(route.query, request.query),
      body: checked(route.body, body),
      by: visitor.by,
    });
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        work.catch((error: unknown) => late(error, response));
        resolve(undefined);
      }, deadline * 1000);
    });
    const answer = await Promise.race([work, timeUp]).finally(() => clearTimeout(timer));
    if (answer) send(response, answer);
    else {
      answerProblem(
        response,
        'timed-out',
        `No answer within ${deadline} seconds. It may have happened all the same: look before trying again.`,
      );
    }
  };
}

function send(response: Response, { status = 200, location, type, body }: Answer): void {
  if (location !== undefined) response.set('Location', location);
  if (type !== undefined) response.set('Content-Type', type);
  response.status(status);
  if (type === undefined) response.json(body);
  else response.end(body);
}
