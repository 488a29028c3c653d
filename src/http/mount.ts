import express, { type Express, type RequestHandler, type Response } from 'express';
import type { Seconds } from '../domain/time.ts';
import { visitorOf } from './doors.ts';
import { answerProblem } from './problems.ts';
import type { Answer, Method, Route } from './route.ts';

const largestBody = 64 * 1024;

/** Puts the routes into the app, behind whatever door it has. */
export function mount(app: Express, routes: readonly Route[], deadline: Seconds): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    const at = app.route(path);
    for (const route of here) {
      const method = route.method.toLowerCase() as Lowercase<typeof route.method>;
      // the role before the body: who may not do it need not be listened to
      if (route.method === 'GET') at[method](answering(route, deadline));
      else at[method](administratorsOnly, jsonOnly, readJson, answering(route, deadline));
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
  // `is` answers null when there is no body
  if (request.is('application/json') !== false) {
    next();
    return;
  }
  response.set('Connection', 'close');
  answerProblem(response, 'unsupported-media-type', 'Send "Content-Type: application/json".');
};

const readJson = express.json({ limit: largestBody, inflate: false });

function answering(route: Route, deadline: Seconds): RequestHandler {
  return async (request, response) => {
    const visitor = visitorOf(response);
    if (!visitor) throw new Error(`nobody came in by a door, yet ${route.path} was reached`);
    const work = route.answer({
      params: request.params,
      query: request.query,
      body: (request.body as unknown) ?? {},
      by: visitor.by,
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), deadline * 1000);
    });
    const answer = await Promise.race([work, late]).finally(() => clearTimeout(timer));
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

function send(response: Response, { status = 200, location, body }: Answer): void {
  if (location !== undefined) response.set('Location', location);
  response.status(status).json(body);
}
