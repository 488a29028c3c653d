import type { Route, RouteGroup } from '../route.ts';
import { operationOf } from './operation.ts';
import { createSchemas } from './schemas.ts';

type Json = Record<string, unknown>;

/** OpenAPI 3.1, from what the routes declare: the very schemas that check the requests. */
export function describeApi(groups: readonly RouteGroup[]): Json {
  const schemas = createSchemas();
  const paths: Record<string, Json> = {};
  const responses: Record<string, Json> = {};
  for (const { name, routes } of groups) {
    for (const route of routes) {
      const path = route.path.replace(/:([a-z]+)/gi, '{$1}');
      (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(
        route,
        name,
        schemas,
        responses,
      );
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'dialgate',
      // of the interface, not of the program: strangers may read this
      version: '1.0.0',
      summary: 'Who is let in, from where, until when, and by which call.',
      description: overview,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this description was found' }],
    tags: groups.map(({ name, about }) => ({ name, description: about })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Made by `dialgate token add` or POST /v1/tokens.',
        },
      },
      responses,
      schemas: schemas.named(),
    },
    security: [{ token: [] }],
  };
}

const overview = `Lists are \`{"items": […], "next": …}\`; where \`next\` is not null, give it as \`cursor\` to go on.
Times are ISO 8601 in UTC. Keys and parameters that are not described here are refused.
Errors are \`application/problem+json\` (RFC 9457) with a \`type\` that never changes its meaning.
Every answer has the id of its request in \`X-Request-Id\`.`;

/** A name for each operation and each path alone: two routes must not hide one another. */
export function namesTwice(routes: readonly Route[]): string[] {
  const seen = new Set<string>();
  return routes
    .flatMap((route) => [route.id, `${route.method} ${route.path}`])
    .filter((name) => seen.size === seen.add(name).size);
}
