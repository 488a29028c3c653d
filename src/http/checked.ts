import type { z, ZodError, ZodObject } from 'zod';
import { AccessError } from '../domain/access-error.ts';

/** One wrong place in a request: the key, and what is allowed there. Never the value: it may be a secret. */
export interface WrongPlace {
  readonly at: string;
  readonly message: string;
}

/** More would help nobody, and a body of 64 KiB could hold thousands. */
const mostPlaces = 20;
const longestKey = 64;

/**
 * The value if it fits the schema.
 * @throws AccessError `invalid` with the ZodError as its cause.
 */
export function checked<Schema extends ZodObject>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return `is not known; ${allowedIn(schema)}`;
      // a path and a query are objects always, and every field has words of its own
      return issue.code === 'invalid_type' ? 'must be a JSON object' : undefined;
    },
  });
  if (result.success) return result.data;
  const places = placesOf(result.error);
  const named = places.map(({ at, message }) => `${at} ${message}`).join('; ');
  throw new AccessError('invalid', `${named.replace(/^the body/, 'The body')}.`, {
    cause: result.error,
  });
}

export function placesOf(error: ZodError): WrongPlace[] {
  return error.issues
    .flatMap((issue) => {
      const paths =
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => [...issue.path, key])
          : [issue.path];
      return paths.map((path) => ({ at: written(path), message: issue.message }));
    })
    .slice(0, mostPlaces);
}

function written(path: readonly PropertyKey[]): string {
  const text = path.map((key) => String(key).slice(0, longestKey)).join('.');
  return text === '' ? 'the body' : text;
}

function allowedIn(schema: ZodObject): string {
  const keys = Object.keys(schema.shape);
  return keys.length === 0 ? 'nothing is expected here' : `known are ${keys.join(', ')}`;
}
