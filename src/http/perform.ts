import type { Request } from 'express';
import type { Administration } from '../access/administration.ts';
import { AccessError } from '../domain/access-error.ts';
import { checkMatch } from './etag.ts';
import type { Answer, Route } from './route.ts';
import type { Turns } from './turns.ts';

export interface Performing {
  readonly rules: Pick<Administration, 'once' | 'noteRefused'>;
  readonly turns: Turns;
}

/** An answer that may have been given before. */
export type Sent = Answer & { readonly repeated?: boolean };

/** Visible ASCII: opaque to us. A client makes a new one for each thing that it wants done. */
const keyForm = /^[\x21-\x7e]{1,255}$/;

/**
 * Does what was asked: once, where it came with a key of its own, and only if the thing is
 * still what the asker has seen, where that was asked.
 */
export async function performed(
  route: Route,
  asked: Parameters<Route['answer']>[0],
  request: Request,
  { rules, turns }: Performing,
): Promise<Sent> {
  if (route.method === 'GET') return route.answer(asked);
  const match = request.headers['if-match'];
  if (match !== undefined && !route.changes) {
    throw new AccessError('invalid', 'If-Match has no meaning here: this changes nothing that is.');
  }
  const work = (): Promise<Answer> => inTurn(route, asked, match, turns);
  const key = request.headers['idempotency-key'];
  if (!takesKey(route) || key === undefined) return work();
  if (typeof key !== 'string' || !keyForm.test(key)) {
    throw new AccessError(
      'invalid',
      'Idempotency-Key must be one, of 1 to 255 visible ASCII characters, such as a UUID.',
    );
  }
  // all that the answer depends on; the body as it was checked, whatever its spaces
  const whole = JSON.stringify([route.id, asked.params, asked.query, asked.body, match]);
  const { answer, repeated } = await rules.once({ by: asked.by, key, request: whole }, work);
  return { ...answer, repeated };
}

/** Keys are kept for those who came in, and a secret of a session is not kept at all. */
export const takesKey = ({ method, may }: Route): boolean => method === 'POST' && may !== 'anyone';

function inTurn(
  route: Route,
  asked: Parameters<Route['answer']>[0],
  match: string | undefined,
  turns: Turns,
): Promise<Answer> {
  if (!route.changes) return route.answer(asked);
  const [thing] = route.path.split('/:');
  return turns(JSON.stringify([thing, Object.values(asked.params)[0]]), async () => {
    const seen = match === undefined ? undefined : await route.changes?.(asked.params);
    if (match !== undefined && seen) checkMatch(match, seen);
    return route.answer(asked);
  });
}
