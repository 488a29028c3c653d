import { fc } from '../../property.ts';
import type { Described } from './description.ts';
import { changedAt, Piece, placesIn, written, type Json } from './json.ts';
import { fitting, hostile, strange, type Known } from './values.ts';

/** One request, as it goes over the wire. */
export interface Asking {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
  /** Where something was put that does not belong there. */
  readonly spoilt: readonly string[];
}

/** Something in the wrong place; `where` picks the place from those that the request has. */
interface Spoiler {
  readonly where: number;
  readonly inside: number;
  readonly value: Json;
  readonly text: string;
  readonly how: 'replace' | 'remove' | 'add' | 'twice';
  readonly encoded: boolean;
}

const spoiler: fc.Arbitrary<Spoiler> = fc.record({
  where: fc.nat(),
  inside: fc.nat(),
  value: strange,
  text: hostile,
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'twice'),
  encoded: fc.boolean(),
});

/** Of headers that mean something here, the ones that a good request may have. */
const headers = {
  'If-Match': fc.constantFrom('*', '"0"', 'W/"0"', '"a", "b"'),
  'Idempotency-Key': fc.oneof(fc.constantFrom('again', 'and-again'), fc.uuid()),
  'Last-Event-ID': fc.constantFrom('0', '1', '7', '999999'),
  'X-Request-Id': fc.constantFrom('of-mine', '1'),
  'X-Dialgate-Page': fc.constant('1'),
  Origin: fc.constantFrom('http://localhost', 'https://elsewhere.example.net', 'null'),
  'Sec-Fetch-Site': fc.constantFrom('same-origin', 'cross-site', 'none'),
  Accept: fc.constantFrom('*/*', 'text/html', 'application/json', 'text/event-stream'),
  'Accept-Encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', '*;q=0'),
  'If-None-Match': fc.constantFrom('*', '"0"'),
  Range: fc.constant('bytes=0-1'),
} satisfies Readonly<Record<string, fc.Arbitrary<string>>>;

/** And those that may be spoilt besides. */
const otherHeaders = [
  'Authorization',
  'Cookie',
  'Host',
  'Content-Type',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Dialgate-Cli-User',
  'X-Http-Method-Override',
  'Forwarded',
  'Referer',
  'User-Agent',
  'X-Nothing',
];

const usualHeaders = { maxKeys: 3 };

/** Requests to any operation: half of them good, the others spoilt in one place or in several. */
export function requests(operations: readonly Described[], known: Known): fc.Arbitrary<Asking> {
  return fc.oneof(...operations.map((described) => requestTo(described, known)));
}

function requestTo(described: Described, known: Known): fc.Arbitrary<Asking> {
  const { operation, path, method } = described;
  const parts = (place: string): Record<string, fc.Arbitrary<Json>> =>
    Object.fromEntries(
      operation.parameters
        .filter((parameter) => parameter.in === place)
        .map(({ name, schema }) => [name, fitting(schema, known, knownAs(path, name))]),
    );
  const required = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => name);
  const query = parts('query');
  const schema = operation.requestBody?.content['application/json']?.schema;
  const chosen = fc.subarray(Object.keys(headers) as (keyof typeof headers)[], {
    maxLength: usualHeaders.maxKeys,
  });
  return fc
    .record({
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'TRACE', 'GET', 'POST') },
      ),
      params: fc.record(parts('path')),
      query: fc.record(query, { requiredKeys: required }),
      body: schema
        ? fitting(schema, known)
        : fc.constant<Json | undefined>(method === 'POST' ? {} : undefined),
      headers: fc.tuple(chosen, fc.record(headers)),
      spoilers: fc.oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        { weight: 4, arbitrary: fc.array(spoiler, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(spoiler, { minLength: 2, maxLength: 4 }) },
      ),
    })
    .map((made) => assembled(path, made));
}

/** Under tokens, a name is that of a token. */
const knownAs = (path: string, name: string): string =>
  path.startsWith('/v1/tokens') && name === 'name' ? 'token' : name;

interface Made {
  readonly method: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly query: Readonly<Record<string, Json>>;
  readonly body: Json | undefined;
  readonly headers: readonly [readonly string[], Readonly<Record<string, string>>];
  readonly spoilers: readonly Spoiler[];
}

function assembled(path: string, made: Made): Asking {
  const params = new Map(Object.entries(made.params).map(([k, v]) => [k, encoded(asText(v))]));
  const query = Object.entries(made.query).map(([k, v]) => [k, encoded(asText(v))] as const);
  const [chosen, values] = made.headers;
  let own = chosen.map((name) => [name, values[name] ?? ''] as const);
  let { body } = made;
  let doubled = '';
  const spoilt: string[] = [];

  for (const { where, inside, value, text, how, encoded: quoted } of made.spoilers) {
    const there = quoted ? encoded(text) : raw(text);
    const places = [
      ...[...params.keys()].map((name) => ({ name, at: 'path' as const })),
      ...query.map(([name]) => ({ name, at: 'query' as const })),
      { name: 'another', at: 'query' as const },
      { name: 'header', at: 'header' as const },
      ...(body === undefined
        ? []
        : Array.from({ length: 4 }, () => ({ name: '', at: 'body' as const }))),
    ];
    const { at, name } = places[where % places.length] ?? { at: 'header', name: '' };
    spoilt.push(`${at} ${name}`);
    if (at === 'path') params.set(name, there);
    else if (at === 'query') {
      const n = query.findIndex(([key]) => key === name);
      if (n < 0) query.push([inside % 2 === 0 ? there : 'limit', there]);
      else if (how === 'remove') query.splice(n, 1);
      else if (how === 'twice') query.push([name, there]);
      else query[n] = [how === 'add' ? `${name}[]` : name, there];
    } else if (at === 'header') {
      const all = [...Object.keys(headers), ...otherHeaders];
      const header = all[inside % all.length] ?? 'X-Nothing';
      spoilt[spoilt.length - 1] = `header ${header}`;
      own = [...own.filter(([one]) => one !== header), [header, text]];
      if (how === 'twice') own.push([header, 'again']);
    } else if (how === 'twice') doubled = written(value);
    else body = spoiltBody(body ?? null, { inside, value, text, how });
  }

  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => params.get(name) ?? '');
  const search = query.map(([key, value]) => `${key}=${value}`).join('&');
  return {
    method: made.method,
    target: search === '' ? filled : `${filled}?${search}`,
    headers: own,
    body: body === undefined ? undefined : `${written(body)}${doubled}`,
    spoilt,
  };
}

function spoiltBody(
  body: Json,
  { inside, value, text, how }: Pick<Spoiler, 'inside' | 'value' | 'text' | 'how'>,
): Json {
  const places = placesIn(body);
  const place = places[inside % places.length] ?? [];
  const changed = changedAt(body, place, (there) => {
    if (how === 'remove' && place.length > 0) return undefined;
    if (how !== 'add') return value;
    // a key that is not known, or one of JavaScript's own
    if (Array.isArray(there)) return [...(there as readonly Json[]), value];
    if (typeof there !== 'object' || there === null || there instanceof Piece) return value;
    return new Piece(
      `{${Object.entries(there as Record<string, Json>)
        .map(([key, member]) => `${JSON.stringify(key)}:${written(member)},`)
        .join('')}${JSON.stringify(inside % 3 === 0 ? '__proto__' : text)}:${written(value)}}`,
    );
  });
  return changed ?? null;
}

const asText = (value: Json): string => (typeof value === 'string' ? value : written(value));

/** Percent-encoded as UTF-8; what is no character as the bytes that it would have. */
function encoded(text: string): string {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0xd800 || code > 0xdfff) return encodeURIComponent(char);
    return `%ED%${(0xa0 | ((code >> 6) & 0x1f)).toString(16)}%${(0x80 | (code & 0x3f)).toString(16)}`;
  }).join('');
}

/** As it is, but in one piece: a space would end the request's first line, and be no request at all. */
const raw = (text: string): string => text.replaceAll(' ', '+');
