import type { Response } from 'express';
import { ZodError } from 'zod';
import { AccessError, type AccessErrorCode } from '../domain/access-error.ts';
import { placesOf, type WrongPlace } from './checked.ts';

/** What can be wrong with a request before the rules ever see it. */
type EdgeCode =
  | 'method-not-allowed'
  | 'too-large'
  | 'unsupported-media-type'
  | 'misdirected'
  | 'too-many-requests'
  | 'timed-out';

export type ProblemCode = AccessErrorCode | EdgeCode;

/** The one table from codes to HTTP: status (RFC 9110, RFC 6585) and title. */
const problems: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  invalid: [400, 'The request is malformed'],
  unauthorized: [401, 'A valid token is needed'],
  forbidden: [403, 'The token may not do this'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'The method does not exist here'],
  conflict: [409, 'It is so already, or the name is taken'],
  'too-many-open': [409, 'Too many addresses are open'],
  'user-disabled': [409, 'The user is disabled'],
  'user-changed': [409, 'The user has been changed in the meantime'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The body must be plain JSON'],
  misdirected: [421, 'This server does not go by that name'],
  'address-refused': [422, 'The address cannot be opened'],
  'too-many-requests': [429, 'Too many bad tokens'],
  internal: [500, 'Something went wrong here'],
  'call-failed': [502, 'Nobody answered the telephone'],
  'firewall-refused': [502, 'The firewall refused'],
  'firewall-unavailable': [503, 'The firewall cannot be reached'],
  'speech-failed': [503, 'Speech failed'],
  'store-failed': [503, 'The database failed'],
  'timed-out': [504, 'No answer in time'],
};

/** RFC 9457, with the wrong places of a malformed request as an extension. */
interface Problem {
  readonly type: `urn:dialgate:problem:${ProblemCode}`;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly WrongPlace[];
}

export function answerProblem(
  response: Response,
  code: ProblemCode,
  detail: string,
  errors?: readonly WrongPlace[],
): void {
  const [status, title] = problems[code];
  const problem: Problem = {
    type: `urn:dialgate:problem:${code}`,
    title,
    status,
    detail,
    instance: `urn:dialgate:request:${String(response.getHeader('X-Request-Id'))}`,
    ...(errors && { errors }),
  };
  response.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

/**
 * Turns any error into its problem. The causes never leave: an AccessError's
 * message is made to be shown, and anything else is only named by the request id.
 */
export function answerError(response: Response, error: unknown): void {
  if (error instanceof AccessError) {
    const errors = error.cause instanceof ZodError ? placesOf(error.cause) : undefined;
    answerProblem(response, error.code, error.message, errors);
    return;
  }
  answerProblem(
    response,
    'internal',
    'An unexpected error; the log has its cause under this request id.',
  );
}
