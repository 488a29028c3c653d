import { z } from 'zod';
import type { Instant } from '../../domain/time.ts';

/** What is answered: the domain's objects, field by field, with times as ISO 8601 text in UTC. */

export const time = z.iso.datetime().meta({ examples: ['2025-06-01T12:00:00.000Z'] });
export const timeOrNull = time.nullable();
export const number = z.int().nonnegative();
export const numberOrNull = number.nullable();
export const textOrNull = z.string().nullable();
export const texts = z.array(z.string()).readonly();

/** A page of a list; `next` is the cursor to go on with, and null at the end. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item).readonly(),
    next: textOrNull.describe('Give it as `cursor` to go on; null at the end.'),
  });

export interface Items<T> {
  readonly items: readonly T[];
  /** Give it as `cursor` to go on; null at the end. */
  readonly next: string | null;
}

export const iso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : iso(at));
