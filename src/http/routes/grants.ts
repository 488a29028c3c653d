import type { Administration } from '../../access/administration.ts';
import { AccessError } from '../../domain/access-error.ts';
import { grantAnswer } from '../answers.ts';
import { checked } from '../checked.ts';
import { paged } from '../paging.ts';
import { byId, grantsWanted, newGrant } from '../requests.ts';
import type { Route } from '../route.ts';

export const grantRoutes = (rules: Administration): Route[] => [
  {
    method: 'GET',
    path: '/v1/grants',
    answer: async ({ query }) =>
      paged(
        checked(grantsWanted, query),
        (page) => rules.grants(page),
        (grant) => grant.id,
        grantAnswer,
      ),
  },
  {
    method: 'POST',
    path: '/v1/grants',
    async answer({ body, by }) {
      const grant = await rules.openGrant(checked(newGrant, body), by);
      return { status: 201, location: `/v1/grants/${grant.id}`, body: grantAnswer(grant) };
    },
  },
  {
    method: 'GET',
    path: '/v1/grants/:id',
    async answer({ params }) {
      const { id } = checked(byId, params);
      const [grant] = await rules.grants({ state: 'all', before: id + 1, limit: 1 });
      if (grant?.id !== id) {
        throw new AccessError('not-found', `There is no grant number ${id}.`);
      }
      return { body: grantAnswer(grant) };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/grants/:id',
    async answer({ params, by }) {
      const { id } = checked(byId, params);
      // the record of the grant stays, so it is answered rather than 204
      return { body: grantAnswer(await rules.closeGrant(id, by)) };
    },
  },
];
