import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namesTwice } from '../../src/http/openapi/describe.ts';
import { problems } from '../../src/http/problem-codes.ts';
import { allRoutes } from './described.ts';
import { furnished, operations } from './operations.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

interface Response {
  /** None where there is nothing to answer. */
  readonly content?: Record<string, { readonly schema: AnySchema }>;
}
interface Described {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly 'x-roles'?: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: AnySchema;
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: AnySchema }> };
  readonly responses: Record<string, Response | { readonly $ref: string }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: {
    readonly schemas: Record<string, AnySchema>;
    readonly responses: Record<string, Response>;
  };
}

let text: string;
let document: Document;
let house: House;

beforeAll(async () => {
  const opened = await openHouse();
  ({ text } = await ask(opened.at, 'GET', '/openapi.json'));
  document = JSON.parse(text) as Document;
});
beforeEach(async () => {
  house = await furnished();
});

const described = (path: string, method: string): Described | undefined =>
  document.paths[path.replace(/:([a-z]+)/g, '{$1}')]?.[method.toLowerCase()];

function responseOf({ responses }: Described, status: number): Response | undefined {
  const response = responses[status];
  if (!response || !('$ref' in response)) return response;
  return document.components.responses[response.$ref.split('/').at(-1) ?? ''];
}

/** By somebody else's reading of the schemas than that which made them. */
function fits(schema: AnySchema, value: unknown): string {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  const local = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'),
  ) as AnySchema;
  const components = JSON.parse(
    JSON.stringify(document.components).replaceAll('"#/components/', '"api#/components/'),
  ) as object;
  ajv.removeSchema('api');
  ajv.addSchema({ $id: 'api', components });
  const validate = ajv.compile(local);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

it('is without a fault or a warning for the linter', async () => {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      // it is served by whoever installed it, wherever that is
      'no-server-example.com': 'off',
      'operation-4xx-response': 'error',
      'operation-operationId-unique': 'error',
      'no-unused-components': 'error',
      'no-ambiguous-paths': 'error',
      'no-invalid-schema-examples': 'error',
      'operation-description': 'error',
      'tag-description': 'error',
      'path-segment-plural': 'off',
    },
  });
  const faults = await lintFromString({ source: text, config });
  expect(
    faults.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
  ).toEqual([]);
});

it('names every route that there is, once', () => {
  const there = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = allRoutes.map(
    ({ method, path }) => `${method} ${path.replace(/:([a-z]+)/g, '{$1}')}`,
  );
  expect(there.sort()).toEqual(routes.sort());
  expect(namesTwice(allRoutes)).toEqual([]);
});

describe('every operation is as it is described', () => {
  it.each(operations)('$route.id', async ({ route, method, path, body }) => {
    const operation = described(route.path, method);
    expect(operation?.operationId).toBe(route.id);
    if (!operation) return;
    const open = route.may === 'anyone';
    expect([operation.security, operation['x-roles']]).toEqual(
      open ? [[], undefined] : [undefined, route.may],
    );
    const content = operation.requestBody?.content['application/json'];
    if (content) expect(fits(content.schema, body)).toBe('');
    const query = new URLSearchParams(path.split('?')[1]);
    const known = operation.parameters.filter((p) => p.in === 'query').map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining([...query.keys()]));

    const done = await ask(house.at, method, path, { token: house.admin, body });
    expect([200, 201, 202, 204]).toContain(done.status);
    expectFits(operation, done);
  });

  it.each(operations.filter(({ route }) => route.may !== 'anyone'))(
    '$route.id, refused',
    async ({ route, method, path, body }) => {
      const operation = described(route.path, method) as Described;
      const refusals = [
        await ask(house.at, method, path, { body }),
        await ask(house.at, method, `${path.split('?')[0]}?no=such`, { token: house.admin, body }),
      ];
      expect(refusals.map(({ status }) => status)).toEqual([401, 400]);
      for (const refusal of refusals) expectFits(operation, refusal);
    },
  );

  function expectFits(
    operation: Described,
    { status, text: whole, body, headers }: Answered,
  ): void {
    if (status === 204) {
      expect([whole, responseOf(operation, status)?.content]).toEqual(['', undefined]);
      return;
    }
    const type = (headers['content-type'] ?? '').replace('; charset=utf-8', '');
    const schemas = responseOf(operation, status)?.content ?? {};
    const key = Object.keys(schemas).find((media) => media.replace('; charset=utf-8', '') === type);
    expect([type, key]).not.toContain(undefined);
    const schema = schemas[key ?? '']?.schema ?? false;
    expect(fits(schema, /[/+]json$/.test(type) ? body : whole)).toBe('');
  }
});

it('describes what is asked as the schemas check it, and what is answered, times and all', () => {
  const grant = described('/v1/grants', 'POST')?.requestBody?.content['application/json']?.schema;
  expect(grant).toMatchObject({
    required: ['user', 'address'],
    additionalProperties: false,
    properties: { seconds: { type: 'integer', minimum: 2 } },
  });
  expect(described('/v1/grants', 'GET')?.parameters.map(({ name }) => name)).toEqual([
    'state',
    'userId',
    'address',
    'cursor',
    'limit',
  ]);
  const limit = described('/v1/grants', 'GET')?.parameters.find(({ name }) => name === 'limit');
  expect(limit?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 500, default: 100 });
  expect(document.components.schemas['Grant']).toMatchObject({
    properties: { openedAt: { type: 'string', format: 'date-time' } },
  });
});

it('describes each of many as the one that it is judged as', () => {
  const bodyAt = (path: string): unknown =>
    described(path, 'POST')?.requestBody?.content['application/json']?.schema;
  const one = bodyAt('/v1/entries');
  expect(one).toMatchObject({ required: ['label', 'target'] });
  expect(bodyAt('/v1/entry-batches')).toMatchObject({
    properties: { entries: { minItems: 1, maxItems: 1000, items: one } },
  });
});

it('tells strangers nothing of this house: no version, no name', () => {
  expect(text).not.toContain('0.1.0');
  expect(text).not.toMatch(/203\.0\.113\.77|gate\.example/);
});

it('every problem is in the documented list, with its status, and no other', () => {
  const guide = readFileSync(new URL('../../docs/rest.md', import.meta.url), 'utf8');
  const [, table = ''] = guide.split('| `urn:dialgate:problem:…`');
  const rows = [...table.split('\n\n')[0]!.matchAll(/^\| (`.*?`) +\| (\d{3}) /gm)];
  const documented = rows.flatMap(([, codes = '', status]) =>
    codes.split(', ').map((code) => [code.replaceAll('`', ''), Number(status)]),
  );
  const known = Object.entries(problems).map(([code, [status]]) => [code, status]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(known));
  expect(documented).toHaveLength(known.length);
});

it('the linter that finds nothing finds what is wrong', async () => {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const broken = text.replace('"operationId":"openGrant"', '"operationId":"closeGrant"');
  const faults = await lintFromString({ source: broken, config });
  expect(faults.map(({ ruleId }) => ruleId)).toContain('operation-operationId-unique');
});
