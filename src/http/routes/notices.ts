import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import { noticeAnswer, noticeShape, testedAnswer, testedShape } from '../answers/notices.ts';
import { paged } from '../paging.ts';
import { noticeCursor, noticesWanted } from '../requests.ts';
import { administrators, readers, route, type Route } from '../route.ts';

export const noticeRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listNotices',
    summary: 'What is to be told, and what was lately, newest first',
    about: 'What was taken is kept for a day, what was given up for thirty.',
    method: 'GET',
    path: '/v1/notices',
    may: readers,
    query: noticesWanted,
    answers: { 200: listOf(noticeShape) },
    answer: ({ query: { cursor, ...filter } }) =>
      paged(noticeCursor, rules.notices({ ...filter, before: cursor }), noticeAnswer),
  }),
  route({
    id: 'testNotices',
    summary: 'Send a test to every webhook and every administrator',
    about: 'At once and past the queue; answers what each of them said.',
    method: 'POST',
    path: '/v1/notices/test',
    may: administrators,
    answers: { 200: testedShape },
    answer: async ({ by }) => ({ body: testedAnswer(await rules.testNotices(by)) }),
  }),
];
