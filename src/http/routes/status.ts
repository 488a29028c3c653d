import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import { configurationShape } from '../answers/configuration.ts';
import { healthShape, statusAnswer, statusShape } from '../answers/status.ts';
import type { Meters } from '../metrics/meters.ts';
import { metricsType, writeMetrics } from '../metrics/text.ts';
import { everyone, readers, route, type Route } from '../route.ts';

export const statusRoutes = (rules: Administration, meters: Meters): Route[] => [
  route({
    id: 'readHealth',
    summary: 'Whether all parts are well',
    method: 'GET',
    path: '/v1/health',
    may: everyone,
    answers: { 200: healthShape, 503: healthShape },
    async answer() {
      const health = await rules.health();
      // the status alone tells a monitor that calls cannot open the gate now
      return { status: health.ok ? 200 : 503, body: health };
    },
  }),
  route({
    id: 'readStatus',
    summary: 'How the house is at this moment',
    method: 'GET',
    path: '/v1/status',
    may: everyone,
    answers: { 200: statusShape },
    answer: async () => ({ body: statusAnswer(await rules.status()) }),
  }),
  route({
    id: 'readConfiguration',
    summary: 'The configuration as it is running',
    about: 'Without the places of keys and passwords. Durations are in seconds.',
    method: 'GET',
    path: '/v1/configuration',
    may: readers,
    answers: { 200: configurationShape },
    // eslint-disable-next-line typescript/require-await -- as all routes answer
    answer: async () => ({ body: configurationShape.parse(rules.configuration()) }),
  }),
  route({
    id: 'readMetrics',
    summary: 'What can be measured, for Prometheus',
    about: 'docs/metrics.md tells of each metric.',
    method: 'GET',
    path: '/metrics',
    may: everyone,
    media: metricsType,
    answers: { 200: z.string() },
    answer: async () => ({ body: await writeMetrics(await rules.readings(), meters) }),
  }),
];
