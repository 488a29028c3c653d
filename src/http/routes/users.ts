import type { Administration } from '../../access/administration.ts';
import { newUserAnswer, userAnswer } from '../answers.ts';
import { checked } from '../checked.ts';
import { byName, newUser, nothing, userChange } from '../requests.ts';
import type { Route } from '../route.ts';

export const userRoutes = (rules: Administration): Route[] => [
  {
    method: 'GET',
    path: '/v1/users',
    async answer({ query }) {
      checked(nothing, query);
      return { body: { items: (await rules.users()).map(userAnswer), next: null } };
    },
  },
  {
    method: 'POST',
    path: '/v1/users',
    async answer({ body, by }) {
      const made = await rules.addUser(checked(newUser, body), by);
      return {
        status: 201,
        location: `/v1/users/${made.user.name}`,
        body: newUserAnswer(made),
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/users/:name',
    answer: async ({ params }) => ({
      body: userAnswer(await rules.user(checked(byName, params).name)),
    }),
  },
  {
    method: 'PATCH',
    path: '/v1/users/:name',
    async answer({ params, body, by }) {
      const { name } = checked(byName, params);
      return { body: userAnswer(await rules.changeUser(name, checked(userChange, body), by)) };
    },
  },
];
