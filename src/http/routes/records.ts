import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import {
  auditAnswer,
  auditShape,
  callAnswer,
  callShape,
  seenCallAnswer,
  seenCallShape,
} from '../answers/records.ts';
import { paged } from '../paging.ts';
import { auditCursor, auditWanted, byId, callCursor, callsWanted } from '../requests.ts';
import { everyone, readers, route, type Route } from '../route.ts';

export const recordRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listAudit',
    summary: 'Lines of the record, newest first',
    method: 'GET',
    path: '/v1/audit',
    may: readers,
    query: auditWanted,
    answers: { 200: listOf(auditShape) },
    async answer({ query: { cursor, ...filter } }) {
      const rows = await rules.audit({ ...filter, before: cursor, limit: filter.limit + 1 });
      const some = rows.slice(0, filter.limit);
      const next = rows.length > some.length ? (some.at(-1)?.seq ?? null) : null;
      return paged(auditCursor, Promise.resolve({ rows: some, next }), auditAnswer);
    },
  }),
  route({
    id: 'listCalls',
    summary: 'Calls, newest first',
    method: 'GET',
    path: '/v1/calls',
    may: everyone,
    query: callsWanted,
    answers: { 200: listOf(callShape) },
    answer: ({ query: { cursor, ...filter } }) =>
      paged(callCursor, rules.calls({ ...filter, before: cursor }), callAnswer),
  }),
  route({
    id: 'readCall',
    summary: 'A call with its steps',
    about: 'What happened in it, in order, as the record has it; no step holds a secret.',
    method: 'GET',
    path: '/v1/calls/:id',
    may: everyone,
    params: byId,
    answers: { 200: seenCallShape },
    problems: ['not-found'],
    answer: async ({ params }) => ({ body: seenCallAnswer(await rules.call(params.id)) }),
  }),
];
