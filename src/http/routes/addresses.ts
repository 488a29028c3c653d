import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import type { Address } from '../../domain/address.ts';
import { opennessAnswer, opennessShape } from '../openness-answer.ts';
import { readAddress } from '../read-address.ts';
import { text } from '../request-text.ts';
import { everyone, route, type Route } from '../route.ts';

const byAddress = z.strictObject({
  address: text(
    'must be an IPv4 or IPv6 host, or the /64 of an IPv6 host, such as 203.0.113.7, 2001:db8::7 or 2001:db8:0:1::/64',
    (value) => readAddress(value) !== undefined,
    { maxLength: 49, examples: ['203.0.113.7', '2001:db8::7'] },
  ).transform((value) => readAddress(value) as Address),
});

/** Whether an address is let in, and by what. */
export const addressRoutes = (rules: Administration): Route[] => [
  route({
    id: 'readAddress',
    summary: 'Whether an address is let in',
    about: 'By which grants and entries, to what, until when.',
    method: 'GET',
    path: '/v1/addresses/:address',
    may: everyone,
    answers: { 200: opennessShape },
    params: byAddress,
    answer: async ({ params }) => ({
      body: opennessAnswer(await rules.opennessOf(params.address)),
    }),
  }),
];
