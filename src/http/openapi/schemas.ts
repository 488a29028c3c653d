import { z, type ZodType } from 'zod';
import { described, wire } from '../request-text.ts';

type Json = Record<string, unknown>;

/** Turns the schemas into JSON Schema (2020-12), and keeps those with a name for `components`. */
export interface Schemas {
  /** As it is sent to us. */
  asked(schema: ZodType): Json;
  /** As it is answered. */
  answered(schema: ZodType): Json;
  named(): Record<string, Json>;
}

export function createSchemas(): Schemas {
  const named: Record<string, Json> = {};

  function converted(asIs: ZodType, io: 'input' | 'output'): Json {
    const { $schema: _dialect, ...whole } = z.toJSONSchema(asIs, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        const schema = zodSchema as unknown as ZodType;
        const other = described.get(schema);
        const looks = other ? converted(other, io) : wire.get(schema);
        if (looks) Object.assign(emptied(jsonSchema), looks);
        if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
        // the format says the same, and can be read
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        // how the types here are kept, which is nobody's business outside
        delete jsonSchema.readOnly;
        // what is answered may have more keys one day
        if (io === 'output' && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties;
        }
      },
    });
    const { $defs = {}, ...json } = pointed(whole) as { $defs?: Record<string, Json> };
    for (const [name, { id: _id, ...definition }] of Object.entries($defs)) {
      named[name] = definition;
    }
    return json;
  }

  function answered(schema: ZodType): Json {
    // wrapped, so that a schema with a name is one of the definitions, too
    const { prefixItems } = converted(z.tuple([schema]), 'output') as { prefixItems: [Json] };
    return prefixItems[0];
  }

  return {
    asked: once((schema) => converted(schema, 'input')),
    answered: once(answered),
    named: () => named,
  };
}

function emptied(json: object): object {
  for (const key of Object.keys(json)) delete (json as Json)[key];
  return json;
}

/** References to where OpenAPI has its schemas. */
function pointed(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** Many routes share a schema, and each takes its time. */
function once(convert: (schema: ZodType) => Json): (schema: ZodType) => Json {
  const known = new Map<ZodType, Json>();
  return (schema) => {
    const json = known.get(schema) ?? convert(schema);
    known.set(schema, json);
    return json;
  };
}
