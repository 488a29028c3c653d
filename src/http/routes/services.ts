import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import { serviceAnswer, serviceShape } from '../answers/status.ts';
import { everyone, route, type Route } from '../route.ts';

export const serviceRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listServices',
    summary: 'The services, in the order of helper.json',
    method: 'GET',
    path: '/v1/services',
    may: everyone,
    answers: { 200: listOf(serviceShape) },
    problems: ['firewall-refused', 'firewall-unavailable'],
    answer: async () => ({
      body: { items: (await rules.services()).map(serviceAnswer), next: null },
    }),
  }),
];
