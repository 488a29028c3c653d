import type { Administration } from '../access/administration.ts';
import { createMeters, type Meters } from './metrics/meters.ts';
import { textsOf } from './openapi/texts.ts';
import type { RouteGroup } from './route.ts';
import { addressRoutes } from './routes/addresses.ts';
import { auditRoutes } from './routes/audit.ts';
import { callRoutes } from './routes/calls.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { entryRoutes } from './routes/entries.ts';
import { eventRoutes } from './routes/events.ts';
import { grantRoutes } from './routes/grants.ts';
import { lockoutRoutes } from './routes/lockouts.ts';
import { noticeRoutes } from './routes/notices.ts';
import { notMeRoutes } from './routes/not-me.ts';
import { openRoutes } from './routes/open.ts';
import { serviceRoutes } from './routes/services.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { statusRoutes } from './routes/status.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';

/** All that the API can be asked, with its own description. */
export function routesTo(
  rules: Administration,
  meters: Meters = createMeters(),
): readonly RouteGroup[] {
  const groups: RouteGroup[] = [
    {
      name: 'Users',
      about: 'Those who may telephone.',
      routes: userRoutes(rules),
    },
    {
      name: 'Credentials',
      about: 'What a user identifies with.',
      routes: credentialRoutes(rules),
    },
    {
      name: 'Lockouts',
      about: 'What is held against telephones and users that have failed.',
      routes: lockoutRoutes(rules),
    },
    {
      name: 'Grants',
      about: 'Who is let in, from where, until when.',
      routes: grantRoutes(rules),
    },
    {
      name: 'Entries',
      about: 'Hosts, networks and names that are let in for good, or until a date.',
      routes: entryRoutes(rules),
    },
    {
      name: 'Addresses',
      about: 'Whether an address is let in, and by what.',
      routes: addressRoutes(rules),
    },
    {
      name: 'Record',
      about: 'What was tried and done.',
      routes: [...callRoutes(rules), ...auditRoutes(rules), ...eventRoutes(rules)],
    },
    {
      name: 'Tokens',
      about: 'Keys to this API.',
      routes: tokenRoutes(rules),
    },
    {
      name: 'Session',
      about: 'Being signed in at the page, by a cookie.',
      routes: sessionRoutes(rules),
    },
    {
      name: 'Notices',
      about: 'Who is told of what happens.',
      routes: noticeRoutes(rules),
    },
    {
      name: 'State',
      about: 'How things are.',
      routes: [...serviceRoutes(rules), ...statusRoutes(rules, meters)],
    },
    {
      name: 'Open',
      about: 'What needs no token.',
      routes: [...openRoutes(rules, () => textsOf(groups)), ...notMeRoutes(rules)],
    },
  ];
  return groups;
}
