import { fc } from '../../property.ts';
import { hostileTexts, hugeTexts } from './hostile-texts.ts';
import { Piece, type Json } from './json.ts';

/** What a JSON Schema of the description may have. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly examples?: readonly Json[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/**
 * What there is in the house, by the names of parameters and keys: so that much of what is asked
 * for exists. Looked up when a value is made, so it may change meanwhile; the names may not.
 */
export type Known = Readonly<Record<string, readonly Json[]>>;

type Values = fc.Arbitrary<Json>;

/** Values that fit, as far as the schema can say. */
export function fitting(schema: Schema, known: Known, name = ''): Values {
  const fits = fittingAny(schema, known);
  if (known[name] === undefined) return fits;
  const there = fc.nat().map((n): Json => known[name]?.[n % (known[name]?.length ?? 1)] ?? null);
  return fc.oneof({ weight: 4, arbitrary: there }, { weight: 1, arbitrary: fits });
}

function fittingAny(schema: Schema, known: Known): Values {
  const { anyOf, oneOf, type, items = {}, examples = [] } = schema;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const one = anyOf ?? oneOf;
  if (one) return fc.oneof(...one.map((each) => fittingAny(each, known)));
  const [first] = typeof type === 'string' ? [type] : (type ?? []);
  switch (first) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return integers(schema);
    case 'array': {
      const { minItems = 0, maxItems = 8 } = schema;
      const length = { minLength: minItems, maxLength: Math.min(maxItems, minItems + 4) };
      return fc.array(fitting(items, known), length);
    }
    case 'object':
      return objects(schema, known);
    case 'string':
      return examples.length > 0
        ? fc.oneof(fc.constantFrom(...examples), texts(schema))
        : texts(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 }) as Values;
  }
}

function integers({ minimum = -5, maximum = 10_000 }: Schema): Values {
  const edges = [minimum, minimum + 1, maximum - 1, maximum].filter(
    (n) => n >= minimum && n <= maximum,
  );
  const most = Math.min(maximum, minimum + 20_000);
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: minimum, max: most }));
}

function texts({ pattern, format, maxLength = 64 }: Schema): Values {
  if (format === 'date-time') {
    const between = { min: new Date(0), max: new Date('2035-01-01'), noInvalidDate: true };
    return fc.date(between).map((date) => date.toISOString());
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
    fc.string({ maxLength, unit: 'grapheme' }),
  );
}

function objects({ properties = {}, required = [], minProperties = 0 }: Schema, known: Known) {
  const members = Object.entries(properties).map(
    ([key, schema]) => [key, fitting(schema, known, key)] as const,
  );
  const optional = members.map(([key]) => key).filter((key) => !required.includes(key));
  const whole = fc.record(Object.fromEntries(members)) as fc.Arbitrary<Record<string, Json>>;
  return fc
    .tuple(whole, fc.subarray(optional, { minLength: Math.min(minProperties, optional.length) }))
    .map(([all, wanted]): Json => {
      const keys = new Set([...required, ...wanted]);
      return Object.fromEntries(Object.entries(all).filter(([key]) => keys.has(key)));
    });
}

export const hostile: fc.Arbitrary<string> = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(...hugeTexts) },
);

const deep = (open: string, close: string, times: number): Piece =>
  new Piece(open.repeat(times) + close.repeat(times));

/** Whatever does not belong where it is put. */
export const strange: Values = fc.oneof(
  { weight: 4, arbitrary: hostile },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Json>(
      ...[null, true, false, 0, -1, 1.5, 1e21, 2 ** 31, 2 ** 53, 5e-324],
      ...['-0', '1e400', '-1e400', '9007199254740993', '0.1e-7'].map((text) => new Piece(text)),
      ...[[], {}, [[]], [null], { a: 1 }],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Json>(
      new Piece('{"__proto__":{"polluted":true}}'),
      new Piece('{"constructor":{"prototype":{"polluted":true}}}'),
      new Piece('{"toString":1,"valueOf":1,"then":1,"toJSON":1}'),
      new Piece('{"length":4294967296,"0":1}'),
      new Piece('"\\ud800\\u0000"'),
      // no JSON
      ...['NaN', 'undefined', "'a'", '01', '1,2', '{"a":1,}', '\\u0041', '"\t"'].map(
        (text) => new Piece(text),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(
      deep('[', ']', 1000),
      deep('[', ']', 30_000),
      deep('{"a":', '}', 4000),
      new Piece(`[${'0,'.repeat(30_000)}0]`),
      new Piece(`{${Array.from({ length: 4000 }, (_, n) => `"k${n}":${n}`).join(',')}}`),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) as Values },
);
