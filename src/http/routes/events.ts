import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import { eventStream } from '../event-stream.ts';
import { eventsWanted } from '../requests.ts';
import { cameIn, everyone, route, type Route } from '../route.ts';

export const eventRoutes = (rules: Administration): Route[] => [
  route({
    id: 'followEvents',
    summary: 'What is put on record, as it happens',
    about:
      'Server-sent events: `id` is the number of the row, `event` its kind, `data` the row as `GET /v1/audit` has it. ' +
      'An operator gets those of calls, the gate, locks and alarms. ' +
      'After `Last-Event-ID`, or `after`, it goes on from there, and else begins now; ' +
      'an event `gap` with `{"after": …, "from": …}` says that rows between are no longer to be had. ' +
      'A comment comes every 15 seconds. It ends with the token or the session.',
    method: 'GET',
    path: '/v1/events',
    may: everyone,
    query: eventsWanted,
    media: 'text/event-stream',
    live: true,
    answers: { 200: z.string() },
    async answer({ query, lastEventId, visitor }) {
      const listener = cameIn(visitor);
      const { by, role } = listener;
      // where a browser comes again, its address is still the old one
      const following = await rules.follow({ by, role, after: lastEventId ?? query.after });
      return { body: eventStream(following, listener) };
    },
  }),
];
