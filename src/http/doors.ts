import type { Request, RequestHandler, Response } from 'express';
import type { Administration } from '../access/administration.ts';
import type { Actor } from '../domain/attempt.ts';
import type { Instant } from '../domain/time.ts';
import type { Role } from '../domain/token.ts';
import { createBadTokens } from './bad-tokens.ts';
import type { Limits } from './limits.ts';
import { answerProblem } from './problems.ts';

/**
 * How one may come in: by TCP with a bearer token, or by the Unix socket, whose
 * file permissions have let in only administrators already.
 */
export type Door = 'token' | 'admin-socket';

/** Who came in. */
export interface Visitor {
  readonly by: Actor;
  readonly role: Role;
}

export function visitorOf(response: Response): Visitor | undefined {
  return response.locals['visitor'] as Visitor | undefined;
}

function letIn(response: Response, visitor: Visitor): void {
  response.locals['visitor'] = visitor;
}

export function doorKeeper(
  door: Door,
  rules: Administration,
  limits: Limits,
  now: () => Instant,
): RequestHandler {
  return door === 'token' ? tokenDoor(rules, limits, now) : adminSocketDoor;
}

/** RFC 6750. The realm and the words are the same whatever is wrong with the token. */
function tokenDoor(rules: Administration, limits: Limits, now: () => Instant): RequestHandler {
  const badTokens = createBadTokens();
  return async (request, response, next) => {
    const secret = bearerToken(request);
    const token = secret === undefined ? undefined : await rules.tokenFor(secret);
    if (token) {
      if (limits.tooManyBy(token, response)) return;
      letIn(response, { by: `token:${token.name}`, role: token.role });
      next();
      return;
    }
    if (limits.tooManyFrom(request, response)) return;
    const given = request.headers.authorization !== undefined;
    response.set(
      'WWW-Authenticate',
      given ? 'Bearer realm="dialgate", error="invalid_token"' : 'Bearer realm="dialgate"',
    );
    rules.noteRefused({
      reason: given ? 'bad-token' : 'no-token',
      from: request.socket.remoteAddress ?? '',
    });
    const wait = given ? badTokens.count(request.socket.remoteAddress ?? '', now()) : undefined;
    if (wait !== undefined) {
      response.set('Retry-After', String(wait));
      answerProblem(response, 'too-many-requests', `Too many bad tokens; wait ${wait} seconds.`);
      return;
    }
    answerProblem(
      response,
      'unauthorized',
      'Send "Authorization: Bearer …" with a token that has not been revoked ("dialgate token add" makes one).',
    );
  };
}

function bearerToken(request: Request): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,512}) *$/i.exec(request.headers.authorization ?? '')?.[1];
}

const adminSocketDoor: RequestHandler = (request, response, next) => {
  const given = request.headers['x-dialgate-cli-user'];
  const name = (typeof given === 'string' ? given : '')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .slice(0, 64);
  letIn(response, { by: `cli:${name === '' ? 'local' : name}`, role: 'admin' });
  next();
};
