import type { Administration } from '../../access/administration.ts';
import { checked } from '../checked.ts';
import { nothing } from '../requests.ts';
import type { Route } from '../route.ts';

export const healthRoutes = (rules: Administration): Route[] => [
  {
    method: 'GET',
    path: '/v1/health',
    async answer({ query }) {
      checked(nothing, query);
      const health = await rules.health();
      // the status alone tells a monitor that calls cannot open the gate now
      return { status: health.ok ? 200 : 503, body: health };
    },
  },
];
