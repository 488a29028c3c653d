import { z } from 'zod';
import { aliveShape } from '../answers/status.ts';
import { pageStyle } from '../openapi/page-style.ts';
import type { Texts } from '../openapi/texts.ts';
import { route, type Route } from '../route.ts';

/** What may be asked without a token, and tells strangers nothing of this house. */
export const openRoutes = (texts: () => Texts): Route[] => [
  route({
    id: 'readLife',
    summary: 'Whether the process answers',
    method: 'GET',
    path: '/health',
    may: 'anyone',
    answers: { 200: aliveShape },
    // eslint-disable-next-line typescript/require-await -- as all routes answer
    answer: async () => ({ body: { ok: true } }),
  }),
  route({
    id: 'readDescription',
    summary: 'This description, as OpenAPI 3.1',
    method: 'GET',
    path: '/openapi.json',
    may: 'anyone',
    written: true,
    answers: { 200: z.looseObject({ openapi: z.string() }) },
    // eslint-disable-next-line typescript/require-await -- as all routes answer
    answer: async () => ({ body: texts().json }),
  }),
  route({
    id: 'readReference',
    summary: 'The same for people, as a page without any script',
    method: 'GET',
    path: '/reference',
    may: 'anyone',
    media: 'text/html; charset=utf-8',
    policy:
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    answers: { 200: z.string() },
    // eslint-disable-next-line typescript/require-await -- as all routes answer
    answer: async () => ({ body: texts().page }),
  }),
  route({
    id: 'readReferenceStyle',
    summary: 'The looks of that page',
    method: 'GET',
    path: '/reference.css',
    may: 'anyone',
    media: 'text/css; charset=utf-8',
    answers: { 200: z.string() },
    // eslint-disable-next-line typescript/require-await -- as all routes answer
    answer: async () => ({ body: pageStyle }),
  }),
];
