import type { Administration } from '../../access/administration.ts';
import { listOf } from '../answers/common.ts';
import {
  batchShape,
  catalogueShape,
  entryAnswer,
  entryShape,
  namedAddressShape,
  type CatalogueAnswer,
} from '../entry-answers.ts';
import { addBatch } from '../entry-batch.ts';
import { byLabel, entryBatch, entryChange, largestBatch, newEntry } from '../entry-requests.ts';
import { tagged } from '../etag.ts';
import { paged } from '../paging.ts';
import { entriesWanted, entryCursor } from '../requests.ts';
import { administrators, everyone, route, type Route } from '../route.ts';

/** The standing entries, and the names that can be made some. */
export const entryRoutes = (rules: Administration): Route[] => [
  route({
    id: 'listEntries',
    summary: 'Standing entries, newest first',
    about:
      'With `find` those alone that have it in their label, target or note, or among the addresses that their name means; with `failing=true` names that are not answered.',
    method: 'GET',
    path: '/v1/entries',
    may: everyone,
    answers: { 200: listOf(entryShape) },
    query: entriesWanted,
    answer: ({ query: { cursor, failing, ...wanted } }) =>
      paged(
        entryCursor,
        rules.entries({ ...wanted, before: cursor, failing: failing !== undefined }),
        entryAnswer,
      ),
  }),
  route({
    id: 'createEntry',
    summary: 'Let a host, a network or a name in for good',
    method: 'POST',
    path: '/v1/entries',
    hasTag: true,
    may: administrators,
    answers: { 201: entryShape },
    problems: ['conflict', 'address-refused', 'firewall-refused', 'firewall-unavailable'],
    body: newEntry,
    async answer({ body, by }) {
      const entry = entryAnswer(await rules.addEntry(body, by));
      return tagged(entry, { status: 201, location: `/v1/entries/${entry.label}` });
    },
  }),
  // beside the entries, not below them: one of them may be labelled "batch"
  route({
    id: 'createEntries',
    summary: 'Let many in at once',
    about:
      'Each is judged by itself, and answered for by its position; those that may be added are written together. What is there already, the same, is left: a batch can be sent again.',
    method: 'POST',
    path: '/v1/entry-batches',
    may: administrators,
    answers: { 200: batchShape },
    body: entryBatch,
    largestBody: largestBatch,
    answer: async ({ body, by }) => ({ body: await addBatch(rules, body.entries, by) }),
  }),
  route({
    id: 'readEntry',
    summary: 'A standing entry',
    method: 'GET',
    path: '/v1/entries/:label',
    hasTag: true,
    may: everyone,
    answers: { 200: entryShape },
    problems: ['not-found'],
    params: byLabel,
    answer: async ({ params }) => tagged(entryAnswer(await rules.entry(params.label))),
  }),
  route({
    id: 'changeEntry',
    summary: 'Change a standing entry',
    method: 'PATCH',
    path: '/v1/entries/:label',
    hasTag: true,
    may: administrators,
    answers: { 200: entryShape },
    problems: [
      'not-found',
      'conflict',
      'address-refused',
      'firewall-refused',
      'firewall-unavailable',
    ],
    params: byLabel,
    body: entryChange,
    changes: async ({ label }) => entryAnswer(await rules.entry(label)),
    answer: async ({ params, body, by }) =>
      tagged(entryAnswer(await rules.changeEntry(params.label, body, by))),
  }),
  route({
    id: 'removeEntry',
    summary: 'Take a standing entry away; its connections are cut',
    method: 'DELETE',
    path: '/v1/entries/:label',
    may: administrators,
    answers: { 200: entryShape },
    problems: ['not-found'],
    params: byLabel,
    changes: async ({ label }) => entryAnswer(await rules.entry(label)),
    answer: async ({ params, by }) => ({
      body: entryAnswer(await rules.removeEntry(params.label, by)),
    }),
  }),
  route({
    id: 'namesOfEntry',
    summary: 'What the addresses of an entry are called, asked now',
    method: 'GET',
    path: '/v1/entries/:label/names',
    may: everyone,
    answers: { 200: listOf(namedAddressShape) },
    problems: ['not-found'],
    params: byLabel,
    answer: async ({ params }) => ({
      body: { items: await rules.namesOfEntry(params.label), next: null },
    }),
  }),
  route({
    id: 'readCatalogue',
    summary: 'Names of SIP providers’ servers',
    method: 'GET',
    path: '/v1/catalogue',
    may: everyone,
    answers: { 200: catalogueShape },
    async answer() {
      const { asOf, providers } = rules.catalogue();
      return { body: { asOf, items: providers, next: null } satisfies CatalogueAnswer };
    },
  }),
];
