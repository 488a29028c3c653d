import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import { newUserAnswer, newUserShape, userAnswer, userShape } from '../answers/users.ts';
import { tagged, tagOf } from '../etag.ts';
import { paged } from '../paging.ts';
import { byName, newUser, userChange, userCursor, usersWanted } from '../requests.ts';
import { administrators, everyone, route, type Route } from '../route.ts';

export const userRoutes = (rules: Administration): Route[] => {
  const changes = async ({ name }: { name: string }): Promise<object> =>
    userAnswer(await rules.user(name));

  return [
    route({
      id: 'listUsers',
      summary: 'Users, by name',
      method: 'GET',
      path: '/v1/users',
      may: everyone,
      query: usersWanted,
      answers: { 200: listOf(userShape) },
      answer: ({ query: { cursor, limit } }) =>
        paged(userCursor, rules.users({ after: cursor, limit }), userAnswer),
    }),
    route({
      id: 'createUser',
      summary: 'Make a user',
      about: 'The knock code and the PIN are made up unless they are given, and shown this once.',
      method: 'POST',
      path: '/v1/users',
      hasTag: true,
      may: administrators,
      body: newUser,
      answers: { 201: newUserShape },
      problems: ['conflict', 'firewall-unavailable', 'firewall-refused'],
      async answer({ body, by }) {
        const made = newUserAnswer(await rules.addUser(body, by));
        const location = `/v1/users/${made.user.name}`;
        return { status: 201, location, etag: tagOf(made.user), body: made };
      },
    }),
    route({
      id: 'readUser',
      summary: 'A user',
      method: 'GET',
      path: '/v1/users/:name',
      hasTag: true,
      may: everyone,
      params: byName,
      answers: { 200: userShape },
      problems: ['not-found'],
      answer: async ({ params }) => tagged(userAnswer(await rules.user(params.name))),
    }),
    route({
      id: 'changeUser',
      summary: 'Change a user’s settings',
      about: 'What is left out stays as it is. Disabling closes what the user has open.',
      method: 'PATCH',
      path: '/v1/users/:name',
      hasTag: true,
      may: administrators,
      params: byName,
      body: userChange,
      answers: { 200: userShape },
      problems: ['not-found', 'conflict', 'firewall-unavailable', 'firewall-refused'],
      changes,
      answer: async ({ params, body, by }) =>
        tagged(userAnswer(await rules.changeUser(params.name, body, by))),
    }),
    route({
      id: 'removeUser',
      summary: 'Remove a user',
      about:
        'What they have open is closed, and what they identify with is forgotten. Their name is not given again.',
      method: 'DELETE',
      path: '/v1/users/:name',
      may: administrators,
      params: byName,
      answers: { 200: userShape },
      problems: ['not-found', 'conflict', 'firewall-unavailable', 'firewall-refused'],
      changes,
      answer: async ({ params, by }) => ({
        body: userAnswer(await rules.removeUser(params.name, by)),
      }),
    }),
  ];
};
