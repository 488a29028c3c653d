import type { Administration } from '../../access/administration.ts';
import { auditAnswer, callAnswer } from '../answers.ts';
import { checked } from '../checked.ts';
import { paged } from '../paging.ts';
import { auditWanted, pageOnly } from '../requests.ts';
import type { Route } from '../route.ts';

export const recordRoutes = (rules: Administration): Route[] => [
  {
    method: 'GET',
    path: '/v1/audit',
    answer: async ({ query }) =>
      paged(
        checked(auditWanted, query),
        (filter) => rules.audit(filter),
        (row) => row.seq,
        auditAnswer,
      ),
  },
  {
    method: 'GET',
    path: '/v1/calls',
    answer: async ({ query }) =>
      paged(
        checked(pageOnly, query),
        (page) => rules.calls(page),
        (call) => call.id,
        callAnswer,
      ),
  },
];
