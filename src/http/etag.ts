import { createHash } from 'node:crypto';
import { AccessError } from '../domain/access-error.ts';
import type { Answer } from './route.ts';

/** What moves by itself, and so is no reason why nobody may change the rest. */
const restless = new Set(['packets', 'firstPacketAt', 'resolution', 'refused', 'codesLeft']);

/** Names a state of a thing: another one whenever somebody has changed it (RFC 9110, strong). */
export function tagOf(thing: object): string {
  const settled = Object.entries(thing).filter(([key]) => !restless.has(key));
  const hash = createHash('sha256').update(JSON.stringify(settled)).digest('base64url');
  return `"${hash.slice(0, 22)}"`;
}

/** An answer that is a thing one can change, with the tag of its state. */
export const tagged = (body: object, rest: Omit<Answer, 'body' | 'etag'> = {}): Answer => ({
  ...rest,
  body,
  etag: tagOf(body),
});

/** An opaque tag as RFC 9110 has it; a weak one is well-formed and never matches. */
const tagForm = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/**
 * @param header `If-Match` as it came.
 * @throws AccessError `precondition-failed`, or `invalid` when it is malformed.
 */
export function checkMatch(header: string, thing: object): void {
  const wanted = header.split(',').map((tag) => tag.trim());
  if (header.trim() === '*') return;
  if (!wanted.every((tag) => tagForm.test(tag))) {
    throw new AccessError('invalid', 'If-Match must be * or tags in quotes, as ETag gave them.');
  }
  if (wanted.includes(tagOf(thing))) return;
  throw new AccessError(
    'precondition-failed',
    'It was changed since you looked, and nothing is done: look again (GET), and send the new ETag.',
  );
}
