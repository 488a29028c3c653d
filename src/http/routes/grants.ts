import type { Administration } from '../../access/administration.ts';
import { AccessError } from '../../domain/access-error.ts';
import { grantAnswer } from '../answers.ts';
import { paged } from '../paging.ts';
import { byId, grantsWanted, newGrant } from '../requests.ts';
import { route, type Route } from '../route.ts';

export const grantRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/grants',
    query: grantsWanted,
    answer: ({ query }) =>
      paged(
        query,
        (page) => rules.grants(page),
        (grant) => grant.id,
        grantAnswer,
      ),
  }),
  route({
    method: 'POST',
    path: '/v1/grants',
    body: newGrant,
    async answer({ body, by }) {
      const grant = await rules.openGrant(body, by);
      return { status: 201, location: `/v1/grants/${grant.id}`, body: grantAnswer(grant) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/grants/:id',
    params: byId,
    async answer({ params: { id } }) {
      const [grant] = await rules.grants({ state: 'all', before: id + 1, limit: 1 });
      if (grant?.id !== id) {
        throw new AccessError('not-found', `There is no grant number ${id}.`);
      }
      return { body: grantAnswer(grant) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/grants/:id',
    params: byId,
    // the record of the grant stays, so it is answered rather than 204
    answer: async ({ params, by }) => ({
      body: grantAnswer(await rules.closeGrant(params.id, by)),
    }),
  }),
];
