import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import { closedShape, grantAnswer, grantShape } from '../answers/grants.ts';
import { tagged } from '../etag.ts';
import { paged } from '../paging.ts';
import type { ProblemCode } from '../problem-codes.ts';
import {
  byId,
  grantCursor,
  grantExtension,
  grantsToClose,
  grantsWanted,
  newGrant,
} from '../requests.ts';
import { administrators, closers, everyone, route, type Route } from '../route.ts';

const closingProblems: readonly ProblemCode[] = [
  'not-found',
  'conflict',
  'firewall-refused',
  'firewall-unavailable',
];
const openingProblems: readonly ProblemCode[] = [
  ...closingProblems,
  'too-many-open',
  'user-disabled',
  'address-refused',
];

export const grantRoutes = (rules: Administration): Route[] => {
  const changes = async ({ id }: { id: number }): Promise<object> =>
    grantAnswer(await rules.grant(id));

  return [
    route({
      id: 'listGrants',
      summary: 'Grants, newest first',
      method: 'GET',
      path: '/v1/grants',
      may: everyone,
      query: grantsWanted,
      answers: { 200: listOf(grantShape) },
      answer: ({ query: { cursor, ...wanted } }) =>
        paged(grantCursor, rules.grants({ ...wanted, before: cursor }), grantAnswer),
    }),
    route({
      id: 'openGrant',
      summary: 'Let a user’s address in, as a call would',
      about: 'Answered when the kernel has confirmed.',
      method: 'POST',
      path: '/v1/grants',
      hasTag: true,
      may: administrators,
      body: newGrant,
      answers: { 201: grantShape },
      problems: openingProblems,
      async answer({ body, by }) {
        const grant = grantAnswer(await rules.openGrant(body, by));
        return tagged(grant, { status: 201, location: `/v1/grants/${grant.id}` });
      },
    }),
    route({
      id: 'closeGrants',
      summary: 'Close all of a user, all of an address, or all',
      about: 'Exactly one of the three is named. Connections are cut.',
      method: 'DELETE',
      path: '/v1/grants',
      may: closers,
      query: grantsToClose,
      answers: { 200: closedShape },
      problems: closingProblems,
      async answer({ query, by }) {
        const { user, address } = query;
        const which =
          user !== undefined
            ? { user }
            : address !== undefined
              ? { address }
              : { all: true as const };
        const closed = await rules.closeGrants(which, by);
        return { body: { closed: closed.map(({ id }) => id) } };
      },
    }),
    route({
      id: 'readGrant',
      summary: 'A grant',
      method: 'GET',
      path: '/v1/grants/:id',
      hasTag: true,
      may: everyone,
      params: byId,
      answers: { 200: grantShape },
      problems: ['not-found'],
      answer: async ({ params: { id } }) => tagged(grantAnswer(await rules.grant(id))),
    }),
    route({
      id: 'extendGrant',
      summary: 'Open the same address for the same user anew',
      about:
        'For so long from now, as a call does at its key for it: the grant ends as renewed, and another takes its place.',
      method: 'POST',
      path: '/v1/grants/:id/extend',
      hasTag: true,
      may: administrators,
      params: byId,
      body: grantExtension,
      answers: { 201: grantShape },
      problems: openingProblems,
      changes,
      async answer({ params, body, by }) {
        const grant = grantAnswer(await rules.extendGrant(params.id, body.seconds, by));
        return tagged(grant, { status: 201, location: `/v1/grants/${grant.id}` });
      },
    }),
    route({
      id: 'closeGrant',
      summary: 'End a grant now, and cut its connections',
      method: 'DELETE',
      path: '/v1/grants/:id',
      hasTag: true,
      may: closers,
      params: byId,
      answers: { 200: grantShape },
      problems: closingProblems,
      changes,
      // the record of the grant stays, so it is answered rather than 204
      answer: async ({ params, by }) => tagged(grantAnswer(await rules.closeGrant(params.id, by))),
    }),
  ];
};
