import type { Administration } from '../../access/administration.ts';
import { statusAnswer } from '../answers.ts';
import { metricsType, writeMetrics } from '../metrics.ts';
import { route, type Route } from '../route.ts';

export const statusRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/health',
    async answer() {
      const health = await rules.health();
      // the status alone tells a monitor that calls cannot open the gate now
      return { status: health.ok ? 200 : 503, body: health };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/status',
    answer: async () => ({ body: statusAnswer(await rules.status()) }),
  }),
  route({
    method: 'GET',
    path: '/metrics',
    answer: async () => ({ type: metricsType, body: await writeMetrics(await rules.status()) }),
  }),
];
