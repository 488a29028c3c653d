import { AccessError } from '../domain/access-error.ts';
import type { NamePage, Page } from '../domain/ports.ts';
import type { Instant } from '../domain/time.ts';

/** Columns hold whole milliseconds. Rounded down: a grant never lasts longer for being written. */
export function instant(at: Instant): number {
  if (!Number.isFinite(at)) throw new AccessError('invalid', 'A time must be a finite number.');
  return Math.floor(at);
}

export function nameBounds({ after, limit }: NamePage): { after: string; limit: number } {
  return { after: after ?? '', limit: checkedLimit(limit) };
}

export function pageBounds({ before, limit }: Page): { before: number; limit: number } {
  return { before: before ?? Number.MAX_SAFE_INTEGER, limit: checkedLimit(limit) };
}

/** @throws AccessError `invalid` unless the limit is a whole number from 1 to 1000. */
export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new AccessError('invalid', 'A page has 1 to 1000 rows.');
}

/** A list of words, kept as an array in JSON. */
export function listText(words: readonly string[]): string {
  return JSON.stringify(words);
}

export function listOf(text: string): string[] {
  return JSON.parse(text) as string[];
}
