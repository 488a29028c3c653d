import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import { aliveShape, readyShape } from '../answers/status.ts';
import { pageStyle } from '../openapi/page-style.ts';
import type { Texts } from '../openapi/texts.ts';
import { route, type Route } from '../route.ts';

type Asked = Pick<Administration, 'alive' | 'ready'>;

/** The status is what monitors look at. */
const told = (ok: boolean) => ({ status: ok ? 200 : 503, body: { ok } });

/** What may be asked without a token, and tells strangers nothing of this house. */
export const openRoutes = (rules: Asked, texts: () => Texts): Route[] => [
  route({
    id: 'readLiveness',
    summary: 'Whether the process and its database answer',
    about: '503, or no answer: it is to be started again.',
    method: 'GET',
    path: '/livez',
    may: 'anyone',
    answers: { 200: readyShape, 503: readyShape },
    answer: async () => told(await rules.alive()),
  }),
  route({
    id: 'readReadiness',
    summary: 'Whether calls can open the gate now',
    about:
      '503 until prompts are rendered and Asterisk and the helper answer, whenever one of them does not, and while the server stops. Answers within some seconds, whatever hangs.',
    method: 'GET',
    path: '/readyz',
    may: 'anyone',
    answers: { 200: readyShape, 503: readyShape },
    answer: async () => told(await rules.ready()),
  }),
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
