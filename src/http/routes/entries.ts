import type { Administration } from '../../access/administration.ts';
import { entryAnswer, type CatalogueAnswer } from '../entry-answers.ts';
import { addBatch } from '../entry-batch.ts';
import { byLabel, entryBatch, entryChange, largestBatch, newEntry } from '../entry-requests.ts';
import { paged } from '../paging.ts';
import { pageOnly } from '../requests.ts';
import { route, type Route } from '../route.ts';

/** The standing entries, and the names that can be made some. */
export const entryRoutes = (rules: Administration): Route[] => [
  route({
    method: 'GET',
    path: '/v1/entries',
    query: pageOnly,
    answer: ({ query }) =>
      paged(
        query,
        (page) => rules.entries(page),
        (entry) => entry.id,
        entryAnswer,
      ),
  }),
  route({
    method: 'POST',
    path: '/v1/entries',
    body: newEntry,
    async answer({ body, by }) {
      const entry = await rules.addEntry(body, by);
      return { status: 201, location: `/v1/entries/${entry.label}`, body: entryAnswer(entry) };
    },
  }),
  // beside the entries, not below them: one of them may be labelled "batch"
  route({
    method: 'POST',
    path: '/v1/entry-batches',
    body: entryBatch,
    largestBody: largestBatch,
    answer: async ({ body, by }) => ({ body: await addBatch(rules, body.entries, by) }),
  }),
  route({
    method: 'GET',
    path: '/v1/entries/:label',
    params: byLabel,
    answer: async ({ params }) => ({ body: entryAnswer(await rules.entry(params.label)) }),
  }),
  route({
    method: 'PATCH',
    path: '/v1/entries/:label',
    params: byLabel,
    body: entryChange,
    answer: async ({ params, body, by }) => ({
      body: entryAnswer(await rules.changeEntry(params.label, body, by)),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/entries/:label',
    params: byLabel,
    answer: async ({ params, by }) => ({
      body: entryAnswer(await rules.removeEntry(params.label, by)),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/entries/:label/names',
    params: byLabel,
    answer: async ({ params }) => ({
      body: { items: await rules.namesOfEntry(params.label), next: null },
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/catalogue',
    async answer() {
      const { asOf, providers } = rules.catalogue();
      return { body: { asOf, items: providers, next: null } satisfies CatalogueAnswer };
    },
  }),
];
