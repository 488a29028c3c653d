import type { Administration } from '../../access/administration.ts';
import { AccessError } from '../../domain/access-error.ts';
import { newTokenAnswer, tokenAnswer } from '../answers.ts';
import { byName, newToken } from '../requests.ts';
import { route, type Route } from '../route.ts';

export const tokenRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/tokens',
    answer: async () => ({ body: { items: (await rules.tokens()).map(tokenAnswer), next: null } }),
  }),
  route({
    method: 'POST',
    path: '/v1/tokens',
    body: newToken,
    async answer({ body, by }) {
      const made = await rules.addToken(body, by);
      return {
        status: 201,
        location: `/v1/tokens/${made.token.name}`,
        body: newTokenAnswer(made),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/tokens/:name',
    params: byName,
    async answer({ params: { name } }) {
      const token = (await rules.tokens()).find((other) => other.name === name);
      if (!token) throw new AccessError('not-found', `There is no token named ${name}.`);
      return { body: tokenAnswer(token) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/tokens/:name',
    params: byName,
    answer: async ({ params, by }) => ({
      body: tokenAnswer(await rules.revokeToken(params.name, by)),
    }),
  }),
];
