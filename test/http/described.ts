import type { Administration } from '../../src/access/administration.ts';
import { problemsOf } from '../../src/http/openapi/operation.ts';
import { problemShape } from '../../src/http/problems.ts';
import type { Route } from '../../src/http/route.ts';
import { routesTo } from '../../src/http/routes.ts';
import type { Answered } from './workshop.ts';

/** Every route; nothing is asked of the rules by listing them. */
export const allRoutes: readonly Route[] = routesTo({} as Administration).flatMap(
  ({ routes }) => routes,
);

const forms = allRoutes.map((route) => ({
  route,
  form: new RegExp(`^${route.path.replace(/:[a-z]+/g, '[^/]+').replace('.', '\\.')}$`),
}));

export function routeAt(method: string, path: string): Route | undefined {
  const [plain = ''] = path.split('?');
  return forms.find(({ route, form }) => route.method === method && form.test(plain))?.route;
}

/** Whatever is answered is what the description says, in every test that asks. */
export function expectDescribed(method: string, path: string, answered: Answered): void {
  const route = routeAt(method, path);
  if (!route) return;
  const { status, text, body, headers } = answered;
  const shape = route.answers[status];
  if (shape && status === 204 && text === '') return;
  const type = headers['content-type'] ?? '';
  if (shape && !type.startsWith('application/problem+json')) {
    const result = shape.safeParse(route.media === undefined ? body : text);
    if (result.success) return;
    throw new Error(
      `${route.id} answers ${status} otherwise than described: ${result.error.message}`,
    );
  }
  const problem = problemShape.parse(body);
  const code = problem.type.replace('urn:dialgate:problem:', '');
  const known: readonly string[] = problemsOf(route);
  if (problem.status !== status || !known.includes(code)) {
    throw new Error(`${route.id} may not answer ${status} ${code} by its description`);
  }
}
