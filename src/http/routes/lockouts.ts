import type { Administration } from '../../access/administration.ts';
import { lockoutAnswer, type UnlockedAnswer } from '../answers.ts';
import { byName, bySubject } from '../requests.ts';
import { route, type Route } from '../route.ts';

export const lockoutRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/lockouts',
    answer: async () => ({
      body: { items: (await rules.lockouts()).map(lockoutAnswer), next: null },
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/lockouts/:subject',
    params: bySubject,
    answer: async ({ params, by }) => ({
      body: lockoutAnswer(await rules.endLockout(params.subject, by)),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/users/:name/lockouts',
    params: byName,
    answer: async ({ params, by }) => ({
      body: { ended: await rules.unlockUser(params.name, by) } satisfies UnlockedAnswer,
    }),
  }),
];
