import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import { callAnswer, callShape, seenCallAnswer, seenCallShape } from '../answers/records.ts';
import { paged } from '../paging.ts';
import { byId, callCursor, callsWanted } from '../requests.ts';
import { everyone, route, type Route } from '../route.ts';

export const callRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listCalls',
    summary: 'Calls, newest first',
    method: 'GET',
    path: '/v1/calls',
    may: everyone,
    query: callsWanted,
    answers: { 200: listOf(callShape) },
    answer: ({ query: { cursor, inProgress, ...filter } }) =>
      paged(
        callCursor,
        rules.calls({ ...filter, inProgress: inProgress === 'true', before: cursor }),
        callAnswer,
      ),
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
