import type { Administration } from '../../access/administration.ts';
import { auditAnswer, callAnswer } from '../answers.ts';
import { paged } from '../paging.ts';
import { auditWanted, pageOnly } from '../requests.ts';
import { route, type Route } from '../route.ts';

export const recordRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/audit',
    query: auditWanted,
    answer: ({ query }) =>
      paged(
        query,
        (filter) => rules.audit(filter),
        (row) => row.seq,
        auditAnswer,
      ),
  }),
  route({
    method: 'GET',
    path: '/v1/calls',
    query: pageOnly,
    answer: ({ query }) =>
      paged(
        query,
        (page) => rules.calls(page),
        (call) => call.id,
        callAnswer,
      ),
  }),
];
