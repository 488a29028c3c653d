import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import { newTokenAnswer, newTokenShape, tokenAnswer, tokenShape } from '../answers/tokens.ts';
import { tagged, tagOf } from '../etag.ts';
import { paged } from '../paging.ts';
import { byName, newToken, revocation, tokenCursor, tokensWanted } from '../requests.ts';
import { administrators, readers, route, type Route } from '../route.ts';

export const tokenRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listTokens',
    summary: 'All tokens, revoked ones too, without their secrets',
    method: 'GET',
    path: '/v1/tokens',
    may: readers,
    query: tokensWanted,
    answers: { 200: listOf(tokenShape) },
    answer: ({ query: { cursor, limit } }) =>
      paged(tokenCursor, rules.tokens({ after: cursor, limit }), tokenAnswer),
  }),
  route({
    id: 'createToken',
    summary: 'Make a token; its secret is shown this once',
    method: 'POST',
    path: '/v1/tokens',
    hasTag: true,
    may: administrators,
    answers: { 201: newTokenShape },
    problems: ['conflict'],
    body: newToken,
    async answer({ body, by }) {
      const made = newTokenAnswer(await rules.addToken(body, by));
      const location = `/v1/tokens/${made.token.name}`;
      return { status: 201, location, etag: tagOf(made.token), body: made };
    },
  }),
  route({
    id: 'readToken',
    summary: 'A token, without its secret',
    method: 'GET',
    path: '/v1/tokens/:name',
    hasTag: true,
    may: readers,
    answers: { 200: tokenShape },
    problems: ['not-found'],
    params: byName,
    answer: async ({ params: { name } }) => tagged(tokenAnswer(await rules.token(name))),
  }),
  route({
    id: 'revokeToken',
    summary: 'Make a token worthless, at once',
    about:
      'Its name is not given again. The last live token of an administrator goes only with `last=true`.',
    method: 'DELETE',
    path: '/v1/tokens/:name',
    hasTag: true,
    may: administrators,
    query: revocation,
    answers: { 200: tokenShape },
    problems: ['not-found', 'conflict', 'last-administrator'],
    params: byName,
    changes: async ({ name }) => tokenAnswer(await rules.token(name)),
    async answer({ params, query, by }) {
      const last = query.last !== undefined;
      return tagged(tokenAnswer(await rules.revokeToken(params.name, by, { last })));
    },
  }),
];
