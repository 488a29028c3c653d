import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import { donePage, invalidPage, notMePolicy, questionPage } from '../not-me-page.ts';
import { bySigned } from '../requests.ts';
import { route, type Route } from '../route.ts';

const page = z.string();
const common = {
  path: '/not-me/:signed',
  may: 'anyone',
  params: bySigned,
  media: 'text/html; charset=utf-8',
  policy: notMePolicy,
} as const;

/** Where the link leads that users are sent: whoever has it needs no token. */
export const notMeRoutes = (rules: Administration): Route[] => [
  route({
    ...common,
    id: 'readNotMe',
    summary: 'What the button behind a link does, as a page; changes nothing',
    about: 'Links that are over and links that never were are answered alike.',
    method: 'GET',
    answers: { 200: page, 404: page },
    problems: ['store-failed'],
    async answer({ params }) {
      const { site } = rules.notMe;
      const seen = await rules.notMe.look(params.signed);
      return seen ? { body: questionPage(seen, site) } : { status: 404, body: invalidPage(site) };
    },
  }),
  route({
    ...common,
    id: 'confirmNotMe',
    summary: '"This was not me": close all of a user’s grants, and disable the user',
    about: 'Doing it again does nothing more.',
    method: 'POST',
    answers: { 200: page, 404: page, 503: page },
    problems: ['timed-out'],
    async answer({ params }) {
      const { site } = rules.notMe;
      const done = await rules.notMe.confirm(params.signed);
      if (!done) return { status: 404, body: invalidPage(site) };
      return { status: done.outcome === 'failed' ? 503 : 200, body: donePage(done, site) };
    },
  }),
];
