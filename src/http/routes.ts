import type { Administration } from '../access/administration.ts';
import type { Route } from './route.ts';
import { addressRoutes } from './routes/addresses.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { entryRoutes } from './routes/entries.ts';
import { grantRoutes } from './routes/grants.ts';
import { lockoutRoutes } from './routes/lockouts.ts';
import { recordRoutes } from './routes/records.ts';
import { serviceRoutes } from './routes/services.ts';
import { statusRoutes } from './routes/status.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';

/** All that the API can be asked behind its doors; `/health` alone stands before them. */
export const routesTo = (rules: Administration): Route[] => [
  ...userRoutes(rules),
  ...credentialRoutes(rules),
  ...lockoutRoutes(rules),
  ...grantRoutes(rules),
  ...entryRoutes(rules),
  ...addressRoutes(rules),
  ...recordRoutes(rules),
  ...tokenRoutes(rules),
  ...serviceRoutes(rules),
  ...statusRoutes(rules),
];
