import type { Administration } from '../../access/administration.ts';
import { AccessError } from '../../domain/access-error.ts';
import { newTokenAnswer, tokenAnswer } from '../answers.ts';
import { checked } from '../checked.ts';
import { byName, newToken, nothing } from '../requests.ts';
import type { Route } from '../route.ts';

export const tokenRoutes = (rules: Administration): Route[] => [
  {
    method: 'GET',
    path: '/v1/tokens',
    async answer({ query }) {
      checked(nothing, query);
      return { body: { items: (await rules.tokens()).map(tokenAnswer), next: null } };
    },
  },
  {
    method: 'POST',
    path: '/v1/tokens',
    async answer({ body, by }) {
      const made = await rules.addToken(checked(newToken, body), by);
      return {
        status: 201,
        location: `/v1/tokens/${made.token.name}`,
        body: newTokenAnswer(made),
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/tokens/:name',
    async answer({ params }) {
      const { name } = checked(byName, params);
      const token = (await rules.tokens()).find((other) => other.name === name);
      if (!token) throw new AccessError('not-found', `There is no token named ${name}.`);
      return { body: tokenAnswer(token) };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/tokens/:name',
    async answer({ params, by }) {
      const { name } = checked(byName, params);
      return { body: tokenAnswer(await rules.revokeToken(name, by)) };
    },
  },
];
