import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Instant } from '../domain/time.ts';
import { visitorOf } from './visitor.ts';

const longestPath = 200;

/**
 * Gives every request its id (the caller's own, if well formed) and one line in
 * the log. The line holds no header, no query and no body: secrets travel there.
 */
export function requestLog(log: Logger, now: () => Instant): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const requestId =
      typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
    response.set('X-Request-Id', requestId);
    const began = now();
    const { method, path } = request;
    response.once('close', () => {
      log.info(
        {
          requestId,
          method,
          path: withoutLink(path).slice(0, longestPath),
          status: response.statusCode,
          by: visitorOf(response)?.by,
          ms: now() - began,
          ...(!response.writableFinished && { cut: true }),
        },
        'request',
      );
    });
    next();
  };
}

/** Who reads the log shall not be able to press the button, also where a proxy has put the link elsewhere. */
const withoutLink = (path: string): string => path.replace(/(not(?:-|%2d)me\/).+/i, '$1…');

/** An unexpected error as the log may have it: no other property, which could hold what was sent. */
export function loggedError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && depth < 4 && { cause: loggedError(error.cause, depth + 1) }),
  };
}
