import type { Response } from 'express';
import { z, ZodError } from 'zod';
import { AccessError } from '../domain/access-error.ts';
import { placesOf, type WrongPlace } from './checked.ts';
import { problems, type ProblemCode } from './problem-codes.ts';

/** RFC 9457, with the wrong places of a malformed request as an extension. */
export const problemShape = z
  .strictObject({
    type: z.string().describe('`urn:dialgate:problem:` and the code, which never changes.'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().describe('`urn:dialgate:request:` and the id of the request.'),
    errors: z
      .array(z.strictObject({ at: z.string(), message: z.string() }))
      .readonly()
      .optional(),
  })
  .meta({ id: 'Problem' });

export const problemType = 'application/problem+json';

export function problemOf(
  code: ProblemCode,
  detail: string,
  requestId: string,
  errors?: readonly WrongPlace[],
): z.output<typeof problemShape> {
  const [status, title] = problems[code];
  return {
    type: `urn:dialgate:problem:${code}`,
    title,
    status,
    detail,
    instance: `urn:dialgate:request:${requestId}`,
    ...(errors && { errors }),
  };
}

export function answerProblem(
  response: Response,
  code: ProblemCode,
  detail: string,
  errors?: readonly WrongPlace[],
): void {
  const problem = problemOf(code, detail, String(response.getHeader('X-Request-Id')), errors);
  response.status(problem.status).type(problemType).send(JSON.stringify(problem));
}

/** Seconds. */
const retryAfter = 10;

/**
 * Turns any error into its problem. The causes never leave: an AccessError's
 * message is made to be shown, and anything else is only named by the request id.
 */
export function answerError(response: Response, error: unknown): void {
  if (error instanceof AccessError) {
    const errors = error.cause instanceof ZodError ? placesOf(error.cause) : undefined;
    // of what is full, nobody knows when there will be room
    if (error.code === 'too-many-requests') response.set('Retry-After', String(retryAfter));
    answerProblem(response, error.code, error.message, errors);
    return;
  }
  answerProblem(
    response,
    'internal',
    'An unexpected error; the log has its cause under this request id.',
  );
}
