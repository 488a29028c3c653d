import type { Request, RequestHandler, Response } from 'express';
import { createRate, type Rate } from '../access/rate.ts';
import type { Instant } from '../domain/time.ts';
import type { Token } from '../domain/token.ts';
import { answerProblem } from './problems.ts';
import { sourceOf } from './source.ts';

/** The most in a minute. */
export interface Requests {
  readonly perToken: number;
  /** From one address, while no good token is shown. */
  readonly perAddress: number;
}

/** From one address in a minute; behind one proxy all have one. */
const mostLinks = 120;

export const usualRequests: Requests = { perToken: 3000, perAddress: 600 };

/**
 * Who asks too much is told to wait. Whoever shows a good token is counted by it alone:
 * behind one proxy all have one address, and nobody shall be able to lock the administrator out.
 */
export interface Limits {
  /** Counts those who come to what has no door; `doors` are counted there. */
  strangers(doors: readonly string[]): RequestHandler;
  /** Counts those who come with links, of whom there are few. */
  readonly links: RequestHandler;
  /** True when it was too much, and is answered. */
  tooManyFrom(request: Request, response: Response): boolean;
  tooManyBy(token: Token, response: Response): boolean;
}

export function createLimits(most: Requests, now: () => Instant): Limits {
  const tokens = createRate(most.perToken);
  const addresses = createRate(most.perAddress);
  const links = createRate(mostLinks);

  function tooMany(rate: Rate, source: string, response: Response): boolean {
    const wait = rate.take(source, now());
    if (wait === undefined) return false;
    response.set('Retry-After', String(wait));
    answerProblem(response, 'too-many-requests', `Too many requests; wait ${wait} seconds.`);
    return true;
  }

  const tooManyFrom: Limits['tooManyFrom'] = (request, response) =>
    tooMany(addresses, sourceOf(request.socket.remoteAddress ?? ''), response);

  return {
    strangers: (doors) => (request, response, next) => {
      const counted = doors.some((door) => `${request.path}/`.startsWith(`${door}/`));
      if (counted || !tooManyFrom(request, response)) next();
    },
    links(request, response, next) {
      const source = sourceOf(request.socket.remoteAddress ?? '');
      if (!tooMany(links, source, response)) next();
    },
    tooManyFrom,
    tooManyBy: (token, response) => tooMany(tokens, String(token.id), response),
  };
}
