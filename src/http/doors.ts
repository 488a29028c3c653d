import type { Request, RequestHandler, Response } from 'express';
import type { Administration } from '../access/administration.ts';
import type { Instant } from '../domain/time.ts';
import type { Token } from '../domain/token.ts';
import { createBadTokens } from './bad-tokens.ts';
import type { Limits } from './limits.ts';
import { byItself, notOwnPage } from './own-page.ts';
import { answerProblem } from './problems.ts';
import { clearSessionCookie, sessionCookie } from './session-cookie.ts';
import { letIn, type Visitor } from './visitor.ts';

/**
 * How one may come in: by TCP with a bearer token, or with the session that a browser was
 * given for one; or by the Unix socket, whose file permissions have let in only
 * administrators already.
 */
export type Door = 'token' | 'admin-socket';

export interface DoorKeeper {
  /** Lets in who has something to show. */
  readonly keep: RequestHandler;
  /** Lets in whose body shows a token: how a session is begun. */
  readonly signIn: RequestHandler;
}

export function doorKeeper(
  door: Door,
  rules: Administration,
  limits: Limits,
  now: () => Instant,
): DoorKeeper {
  const { byToken, bySession } = tokenDoor(rules, limits, now);
  return {
    keep:
      door === 'admin-socket'
        ? adminSocketDoor
        : (request, response, next) => {
            const cookie = sessionCookie(request);
            // a program that says who it is means that
            if (cookie === undefined || request.headers.authorization !== undefined) {
              const shown = request.headers.authorization;
              return byToken(
                request,
                response,
                { given: shown !== undefined, secret: bearerToken(shown) },
                next,
              );
            }
            return bySession(request, response, cookie, next);
          },
    signIn: (request, response, next) => {
      const { token } = (request.body ?? {}) as { token?: unknown };
      if (typeof token === 'string') {
        const secret = tokenForm.test(token) ? token : undefined;
        return byToken(request, response, { given: true, secret }, next);
      }
      // what is wrong with the body is for its schema to say
      return limits.tooManyFrom(request, response) ? undefined : next();
    },
  };
}

type Next = () => void;

/** What somebody shows; a secret that cannot be a token is none. */
interface Shown {
  readonly given: boolean;
  readonly secret: string | undefined;
}

function tokenDoor(rules: Administration, limits: Limits, now: () => Instant) {
  const badTokens = createBadTokens();

  async function byToken(
    request: Request,
    response: Response,
    { given, secret }: Shown,
    next: Next,
  ): Promise<void> {
    const token = secret === undefined ? undefined : await rules.tokenFor(secret);
    if (token && secret !== undefined) {
      if (limits.tooManyBy(token, response)) return;
      letIn(response, {
        ...visitorWith(token, token.expiresAt),
        stillIn: async () => (await rules.tokenFor(secret))?.role === token.role,
      });
      next();
      return;
    }
    if (limits.tooManyFrom(request, response)) return;
    challenge(response, given);
    const from = request.socket.remoteAddress ?? '';
    const expired = secret === undefined ? undefined : await rules.expiredToken(secret);
    if (given || !looksForSession(request)) {
      rules.noteRefused(
        expired
          ? { reason: 'expired', from, by: `token:${expired.name}` }
          : { reason: given ? 'bad-token' : 'no-token', from },
      );
    }
    const wait = given ? badTokens.count(from, now()) : undefined;
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
  }

  async function bySession(
    request: Request,
    response: Response,
    secret: string,
    next: Next,
  ): Promise<void> {
    const strange = notOwnPage(request);
    // what another page makes the browser ask keeps nothing alive
    const use = strange === undefined && !byItself(request);
    const session = await rules.session(secret, use);
    const from = request.socket.remoteAddress ?? '';
    if (!session) {
      if (limits.tooManyFrom(request, response)) return;
      challenge(response, true);
      clearSessionCookie(request, response);
      rules.noteRefused({ reason: 'expired', from, session: secret });
      answerProblem(response, 'unauthorized', 'The session has ended; sign in again.');
      return;
    }
    const { token, endsAt } = session;
    if (limits.tooManyBy(token, response)) return;
    if (strange !== undefined) {
      rules.noteRefused({ reason: 'forbidden', from, by: `token:${token.name}`, what: strange });
      answerProblem(response, 'forbidden', strange);
      return;
    }
    letIn(response, {
      ...visitorWith(token, endsAt),
      session: secret,
      stillIn: async () => (await rules.session(secret, false))?.token.role === token.role,
    });
    next();
  }

  return { byToken, bySession };
}

const visitorWith = (
  { name, role }: Token,
  endsAt: Instant | null,
): Pick<Visitor, 'by' | 'role' | 'endsAt'> => ({ by: `token:${name}`, role, endsAt });

/** The page asks this before anybody has signed in: nothing was tried, so nothing is put on record. */
const looksForSession = ({ method, baseUrl, path }: Request): boolean =>
  method === 'GET' && `${baseUrl}${path}` === '/v1/session';

/** RFC 6750. The realm and the words are the same whatever is wrong with the token. */
function challenge(response: Response, given: boolean): void {
  response.set(
    'WWW-Authenticate',
    given ? 'Bearer realm="dialgate", error="invalid_token"' : 'Bearer realm="dialgate"',
  );
}

const tokenForm = /^[A-Za-z0-9._~+/=-]{1,512}$/;

function bearerToken(header = ''): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,512}) *$/i.exec(header)?.[1];
}

const adminSocketDoor: RequestHandler = (request, response, next) => {
  const given = request.headers['x-dialgate-cli-user'];
  const name = (typeof given === 'string' ? given : '')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .slice(0, 64);
  letIn(response, {
    by: `cli:${name === '' ? 'local' : name}`,
    role: 'admin',
    endsAt: null,
    stillIn: () => Promise.resolve(true),
  });
  next();
};
