import type { Administration } from '../../access/administration.ts';
import { newUserAnswer, userAnswer } from '../answers.ts';
import { byName, newUser, userChange } from '../requests.ts';
import { route, type Route } from '../route.ts';

export const userRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/users',
    answer: async () => ({ body: { items: (await rules.users()).map(userAnswer), next: null } }),
  }),
  route({
    method: 'POST',
    path: '/v1/users',
    body: newUser,
    async answer({ body, by }) {
      const made = await rules.addUser(body, by);
      return {
        status: 201,
        location: `/v1/users/${made.user.name}`,
        body: newUserAnswer(made),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/users/:name',
    params: byName,
    answer: async ({ params }) => ({ body: userAnswer(await rules.user(params.name)) }),
  }),
  route({
    method: 'PATCH',
    path: '/v1/users/:name',
    params: byName,
    body: userChange,
    answer: async ({ params, body, by }) => ({
      body: userAnswer(await rules.changeUser(params.name, body, by)),
    }),
  }),
];
