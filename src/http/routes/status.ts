import type { Administration } from '../../access/administration.ts';
import { statusAnswer } from '../answers.ts';
import { checked } from '../checked.ts';
import { metricsType, writeMetrics } from '../metrics.ts';
import { nothing } from '../requests.ts';
import type { Route } from '../route.ts';

export const statusRoutes = (rules: Administration): Route[] => [
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
  {
    method: 'GET',
    path: '/v1/status',
    async answer({ query }) {
      checked(nothing, query);
      return { body: statusAnswer(await rules.status()) };
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    async answer({ query }) {
      checked(nothing, query);
      return { type: metricsType, body: await writeMetrics(await rules.status()) };
    },
  },
];
