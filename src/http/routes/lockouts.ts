import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import {
  lockoutAnswer,
  lockoutShape,
  unlockedShape,
  type UnlockedAnswer,
} from '../answers/lockouts.ts';
import { paged } from '../paging.ts';
import { byName, bySubject, lockoutCursor, lockoutsWanted } from '../requests.ts';
import { administrators, everyone, route, type Route } from '../route.ts';

export const lockoutRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listLockouts',
    summary: 'Failures that are not forgotten, the latest first',
    method: 'GET',
    path: '/v1/lockouts',
    may: everyone,
    query: lockoutsWanted,
    answers: { 200: listOf(lockoutShape) },
    answer: ({ query: { cursor, limit } }) =>
      paged(lockoutCursor, rules.lockouts({ after: cursor, limit }), lockoutAnswer),
  }),
  route({
    id: 'endLockout',
    summary: 'Forget what is held against a subject',
    method: 'DELETE',
    path: '/v1/lockouts/:subject',
    may: administrators,
    params: bySubject,
    answers: { 200: lockoutShape },
    problems: ['not-found'],
    answer: async ({ params, by }) => ({
      body: lockoutAnswer(await rules.endLockout(params.subject, by)),
    }),
  }),
  route({
    id: 'unlockUser',
    summary: 'Forget what is held against a user',
    method: 'DELETE',
    path: '/v1/users/:name/lockouts',
    may: administrators,
    params: byName,
    answers: { 200: unlockedShape },
    problems: ['not-found'],
    answer: async ({ params, by }) => ({
      body: { ended: await rules.unlockUser(params.name, by) } satisfies UnlockedAnswer,
    }),
  }),
];
