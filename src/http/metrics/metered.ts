import type { RequestHandler, Response } from 'express';
import type { Route } from '../route.ts';
import type { Meters } from './meters.ts';

/** A stream of events lasts as long as somebody listens: that is no time that anybody waits. */
const isStream = ({ media }: Route): boolean => media?.startsWith('text/event-stream') === true;

/** Counts every request when it is over, and how long it took. */
export function metered(meters: Meters): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const route = routeOf(response);
      meters.requestEnded({
        operation: route?.id ?? 'none',
        method: request.method,
        status: response.statusCode,
        milliseconds: route && isStream(route) ? undefined : performance.now() - began,
      });
    });
    next();
  };
}

/** That it is this operation which is asked for; never the path, which may name anybody. */
export function meteredAs(route: Route, meters: Meters): RequestHandler {
  return (_request, response, next) => {
    response.locals['route'] = route;
    if (isStream(route)) response.once('close', meters.listening());
    next();
  };
}

const routeOf = (response: Response): Route | undefined =>
  response.locals['route'] as Route | undefined;
