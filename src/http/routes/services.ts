import type { Administration } from '../../access/administration.ts';
import { serviceAnswer } from '../answers.ts';
import { route, type Route } from '../route.ts';

export const serviceRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/services',
    answer: async () => ({
      body: { items: (await rules.services()).map(serviceAnswer), next: null },
    }),
  }),
];
