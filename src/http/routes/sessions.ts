import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import { sessionAnswer, sessionShape } from '../answers/sessions.ts';
import { signingIn } from '../requests.ts';
import { cameIn, everyone, route, type Route } from '../route.ts';

export const sessionRoutes = (rules: Administration): Route[] => [
  route({
    id: 'createSession',
    summary: 'Sign in at the page with a token',
    about: 'Answers a cookie that stands for the token until nothing is done for a while.',
    method: 'POST',
    path: '/v1/session',
    may: 'anyone',
    signsIn: true,
    body: signingIn,
    largestBody: 4096,
    answers: { 201: sessionShape },
    problems: ['unauthorized', 'store-failed', 'timed-out'],
    async answer({ body, visitor }) {
      const { by, role } = cameIn(visitor);
      const { secret, endsAt } = await rules.signIn(body.token);
      return {
        status: 201,
        location: '/v1/session',
        session: secret,
        body: sessionAnswer({ by, role, endsAt }),
      };
    },
  }),
  route({
    id: 'readSession',
    summary: 'Who one is here, and for how long',
    about: 'Looking does not make a session last longer.',
    method: 'GET',
    path: '/v1/session',
    may: everyone,
    answers: { 200: sessionShape },
    // eslint-disable-next-line typescript/require-await -- as all routes answer
    answer: async ({ visitor }) => ({ body: sessionAnswer(cameIn(visitor)) }),
  }),
  route({
    id: 'endSession',
    summary: 'Sign out',
    about: 'Who came with a token has nothing to end, and is answered alike.',
    method: 'DELETE',
    path: '/v1/session',
    may: everyone,
    answers: { 204: z.undefined() },
    async answer({ visitor, by }) {
      const { session } = cameIn(visitor);
      if (session !== undefined) await rules.signOut(session, by);
      return { status: 204, session: null, body: undefined };
    },
  }),
];
