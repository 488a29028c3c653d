import { z } from 'zod';
import { wire } from './request-text.ts';

/**
 * Where a page begins: the key of the last row before it, so that a page deep in a list
 * costs no more than the first (no rows are counted off). It holds nothing that the row
 * did not show, so nobody gains by making one up; that of another list is refused.
 */
export interface Cursor<Key> {
  readonly schema: z.ZodType<Key, string>;
  written(key: Key): string;
}

const allowed = 'must be the next of a page of this list';
const longest = 400;

function createCursor<Key>(
  list: string,
  keyOf: (text: string) => Key | undefined,
  textOf: (key: Key) => string,
): Cursor<Key> {
  const written = (key: Key): string =>
    Buffer.from(`${list} ${textOf(key)}`, 'utf8').toString('base64url');

  function read(cursor: string): Key | undefined {
    if (cursor.length > longest) return undefined;
    const text = Buffer.from(cursor, 'base64url').toString('utf8');
    const key = text.startsWith(`${list} `) ? keyOf(text.slice(list.length + 1)) : undefined;
    // one row has one cursor: no other writing of it is taken
    return key !== undefined && written(key) === cursor ? key : undefined;
  }

  const schema = z
    .string({ error: allowed })
    .refine((cursor) => read(cursor) !== undefined, { error: allowed })
    .transform((cursor) => read(cursor) as Key);
  wire.add(schema, {
    type: 'string',
    maxLength: longest,
    description: 'The `next` of the page before.',
  });
  return { schema, written };
}

/** For lists in the order of numbers that are never used twice. */
export const numberCursor = (list: string): Cursor<number> =>
  createCursor(
    list,
    (text) => (/^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined),
    String,
  );

/** For lists in the order of names. */
export const nameCursor = (list: string, isName: (text: string) => boolean): Cursor<string> =>
  createCursor(
    list,
    (text) => (isName(text) ? text : undefined),
    (name) => name,
  );

/** For lists in the order of the last failure and, where that is the same, of who failed. */
export const failureCursor = (
  list: string,
  fits: (text: string) => boolean,
): Cursor<{ readonly lastAt: number; readonly subject: string }> =>
  createCursor(
    list,
    (whole) => {
      const [, at, subject = ''] = /^([0-9]{1,15}) ([^]*)$/.exec(whole) ?? [];
      return at !== undefined && fits(subject) ? { lastAt: Number(at), subject } : undefined;
    },
    ({ lastAt, subject }) => `${lastAt} ${subject}`,
  );
