import type { Administration } from '../../access/administration.ts';
import { lockoutAnswer, type UnlockedAnswer } from '../answers.ts';
import { checked } from '../checked.ts';
import { byName, bySubject, nothing } from '../requests.ts';
import type { Route } from '../route.ts';

export const lockoutRoutes = (rules: Administration): Route[] => [
  {
    method: 'GET',
    path: '/v1/lockouts',
    async answer({ query }) {
      checked(nothing, query);
      return { body: { items: (await rules.lockouts()).map(lockoutAnswer), next: null } };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/lockouts/:subject',
    async answer({ params, body, by }) {
      const { subject } = checked(bySubject, params);
      checked(nothing, body);
      return { body: lockoutAnswer(await rules.endLockout(subject, by)) };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/users/:name/lockouts',
    async answer({ params, body, by }) {
      const { name } = checked(byName, params);
      checked(nothing, body);
      return { body: { ended: await rules.unlockUser(name, by) } satisfies UnlockedAnswer };
    },
  },
];
