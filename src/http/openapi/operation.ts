import { problems, type ProblemCode } from '../problem-codes.ts';
import { problemShape, problemType } from '../problems.ts';
import { takesKey } from '../perform.ts';
import type { Method, Route } from '../route.ts';
import type { Schemas } from './schemas.ts';

type Json = Record<string, unknown>;

const always: readonly ProblemCode[] = [
  'invalid',
  'method-not-allowed',
  'request-timeout',
  'expectation-failed',
  'misdirected',
  'too-many-requests',
  'headers-too-large',
  'internal',
];
const behindTheDoor: readonly ProblemCode[] = [
  'unauthorized',
  'forbidden',
  'store-failed',
  'timed-out',
];
const withKey: readonly ProblemCode[] = ['key-in-use', 'outcome-unknown', 'key-reused'];
const withBody: readonly ProblemCode[] = ['too-large', 'unsupported-media-type'];

/** Whatever can come of a route besides its answers. */
export function problemsOf(route: Route): readonly ProblemCode[] {
  const { may, method, changes, problems: own } = route;
  return [
    ...always,
    ...(may === 'anyone' ? [] : behindTheDoor),
    ...(method === 'GET' ? [] : withBody),
    ...(takesKey(route) ? withKey : []),
    ...(changes ? (['precondition-failed'] as const) : []),
    ...own,
  ];
}

const hasBody = (method: Method): boolean => method === 'POST' || method === 'PATCH';

/** One route as OpenAPI has it; the refusals that it shares with others are put into `shared`. */
export function operationOf(
  route: Route,
  tag: string,
  schemas: Schemas,
  shared: Record<string, Json>,
): Json {
  const { id, summary, about, may, method, params, query, body } = route;
  return {
    operationId: id,
    summary,
    description: [about, who(route)].filter((part) => part !== undefined).join(' '),
    tags: [tag],
    ...(may === 'anyone' ? { security: [] } : { 'x-roles': may }),
    parameters: [
      ...parametersOf('path', schemas.asked(params)),
      ...parametersOf('query', schemas.asked(query)),
      ...(takesKey(route) ? [idempotencyKey] : []),
      ...(route.changes ? [ifMatch] : []),
      ...(route.live ? [lastEventId] : []),
    ],
    ...(hasBody(method) &&
      Object.keys(body.shape).length > 0 && {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: schemas.asked(body) } },
        },
      }),
    responses: { ...answersOf(route, schemas), ...refusalsOf(route, schemas, shared) },
  };
}

function who({ may }: Route): string {
  return may === 'anyone' ? 'Needs no token.' : `For the roles ${may.join(', ')}.`;
}

function parametersOf(place: 'path' | 'query', { properties = {}, required = [] }: Json): Json[] {
  return Object.entries(properties as Record<string, Json>).map(([name, schema]) => {
    const { description, ...rest } = schema;
    return {
      name,
      in: place,
      required: place === 'path' || (required as string[]).includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Of your own choice, such as a UUID: within a day, the same request with it is done once, and answered alike.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag that you have seen: where the thing is another by now, nothing is done.',
  schema: { type: 'string' },
};

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that you have got; browsers send it by themselves.',
  schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
};

const requestId = {
  'X-Request-Id': {
    description: 'The id of the request, in the log, too.',
    schema: { type: 'string' },
  },
};
const done: Readonly<Record<string, string>> = {
  201: 'It is made.',
  202: 'It has begun.',
  503: 'Not well.',
};

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
};
const challenge = {
  'WWW-Authenticate': { description: 'RFC 6750.', schema: { type: 'string' } },
};
const etag = {
  ETag: { description: 'The state of the thing, for If-Match.', schema: { type: 'string' } },
};
const replayed = {
  'Idempotency-Replayed': {
    description: '`true` when it was done before, and is only answered again.',
    schema: { type: 'string' },
  },
};
const location = {
  Location: { description: 'Where what was made is.', schema: { type: 'string' } },
};

function answersOf(route: Route, schemas: Schemas): Json {
  const { answers, media = 'application/json', hasTag } = route;
  return Object.fromEntries(
    Object.entries(answers).map(([status, shape]) => [
      status,
      {
        description: done[status] ?? 'Done.',
        headers: {
          ...requestId,
          ...(status === '201' && location),
          ...(takesKey(route) && replayed),
          ...(hasTag && etag),
        },
        ...(status !== '204' && { content: { [media]: { schema: schemas.answered(shape) } } }),
      },
    ]),
  );
}

/** Problems by status, as several may share one. */
function refusalsOf(route: Route, schemas: Schemas, shared: Record<string, Json>): Json {
  const problem = schemas.answered(problemShape);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const [status] = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => route.answers[status] === undefined)
      .map(([status, codes]) => {
        const name = codes.join('.');
        shared[name] ??= {
          description: codes.map((code) => `\`${code}\`: ${problems[code][1]}.`).join(' '),
          headers: {
            ...requestId,
            ...(status === 429 && retryAfter),
            ...(status === 401 && challenge),
          },
          content: { [problemType]: { schema: problem } },
        };
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
  );
}
