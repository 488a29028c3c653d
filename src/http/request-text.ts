import { z } from 'zod';
import type { Instant } from '../domain/time.ts';

/** How a value looks on the wire, for the API's description, where the schema that checks it cannot say. */
export const wire = z.registry<z.core.JSONSchema.JSONSchema>();

/** What is described as another schema, and checked by it elsewhere. */
export const described = new WeakMap<z.ZodType, z.ZodType>();

/** Takes anything, and is described as what it should be: for parts that are judged one by one. */
export function uncheckedAs(schema: z.ZodType): z.ZodUnknown {
  const anything = z.unknown();
  described.set(anything, schema);
  return anything;
}

/** What a description can add to a text's own words: a pattern, examples. */
type Looks = Pick<z.core.JSONSchema.JSONSchema, 'pattern' | 'maxLength' | 'examples' | 'format'>;

/**
 * Text that fits, or the one sentence that says what is allowed.
 * @param nearer the sentence for a text that nearly fits; undefined where there is none.
 */
export function text(
  allowed: string,
  fits: (text: string) => boolean,
  looks: Looks = {},
  nearer: (text: string) => string | undefined = () => undefined,
): z.ZodString {
  const schema = z
    .string({ error: allowed })
    .refine(fits, { error: ({ input }) => nearer(input as string) ?? allowed });
  wire.add(schema, { type: 'string', description: sentence(allowed), ...looks });
  return schema;
}

/** Query strings and paths hold text only; ids are whole numbers from 1. */
export function wholeNumber(allowed: string, most: number): z.ZodType<number, string> {
  const schema = z
    .string({ error: allowed })
    .regex(/^[1-9][0-9]{0,15}$/, { error: allowed })
    .transform(Number)
    .refine((value) => value <= most, { error: allowed });
  wire.add(schema, { type: 'integer', minimum: 1, maximum: most, description: sentence(allowed) });
  return schema;
}

const sentence = (allowed: string): string => `${allowed[0]?.toUpperCase()}${allowed.slice(1)}.`;

/** A point in time, ISO 8601 with its zone. */
export const timeTo = (allowed: string): z.ZodType<Instant, string> =>
  z.iso.datetime({ offset: true, error: allowed }).transform((time) => Date.parse(time));

/** 0 stands before the first. */
export const isRowNumber = (value: string): boolean => /^[0-9]{1,15}$/.test(value);
