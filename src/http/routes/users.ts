import type { Administration } from '../../access/administration.ts';
import { AccessError } from '../../domain/access-error.ts';
import { newPinAnswer, newUserAnswer, userAnswer } from '../answers.ts';
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
    async answer({ params }) {
      const { name } = checked(byName, params);
      const user = (await rules.users()).find((other) => other.name === name);
      if (!user) throw new AccessError('not-found', `There is no user named ${name}.`);
      return { body: userAnswer(user) };
    },
  },
  {
    method: 'PATCH',
    path: '/v1/users/:name',
    async answer({ params, body, by }) {
      const { name } = checked(byName, params);
      const { disabled } = checked(userChange, body);
      return { body: userAnswer(await rules.setUserDisabled(name, disabled, by)) };
    },
  },
  {
    method: 'POST',
    path: '/v1/users/:name/pin',
    async answer({ params, body, by }) {
      const { name } = checked(byName, params);
      checked(nothing, body);
      return { body: newPinAnswer(await rules.resetPin(name, by)) };
    },
  },
];
