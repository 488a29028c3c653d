import { z } from 'zod';
import type { Administration } from '../../access/administration.ts';
import { AccessError } from '../../domain/access-error.ts';
import {
  auditStateAnswer,
  auditStateShape,
  checkpointAnswer,
  checkpointShape,
  verificationAnswer,
  verificationShape,
} from '../answers/audit.ts';
import { listOf } from '../answers/common.ts';
import { callersAnswer, callersShape, countsAnswer, countsShape } from '../answers/counts.ts';
import { auditAnswer, auditShape } from '../answers/records.ts';
import { paged } from '../paging.ts';
import { auditCursor, auditExport, auditWanted, callersWanted, countsWanted } from '../requests.ts';
import { administrators, readers, route, type Route } from '../route.ts';

export const auditRoutes = (rules: Administration): Route[] => {
  /** The telephone as the record has it, however it was written. */
  const asKept = <Span extends { caller?: string | undefined }>(span: Span): Span =>
    span.caller === undefined ? span : { ...span, caller: rules.callerAsWritten(span.caller) };

  return [
    route({
      id: 'listAudit',
      summary: 'Lines of the record, newest first',
      about:
        'All conditions together. A page costs a bounded time: it may have fewer lines than asked for, or none, and go on.',
      method: 'GET',
      path: '/v1/audit',
      may: readers,
      query: auditWanted,
      answers: { 200: listOf(auditShape) },
      answer: ({ query: { cursor, ...filter } }) =>
        paged(auditCursor, rules.auditPage({ ...asKept(filter), before: cursor }), auditAnswer),
    }),
    route({
      id: 'countAudit',
      summary: 'How many of each kind, in columns of time',
      about:
        'For charts: all conditions together, at most 1,000 columns, and a bounded amount of work, newest first; `complete` says whether all was counted.',
      method: 'GET',
      path: '/v1/audit/counts',
      may: readers,
      query: countsWanted,
      answers: { 200: countsShape },
      answer: async ({ query: { kind: kinds, ...wanted } }) => ({
        body: countsAnswer(await rules.auditCounts({ ...asKept(wanted), kinds })),
      }),
    }),
    route({
      id: 'listAuditCallers',
      summary: 'The telephones that failed most often in a time',
      about: 'Attempts that were refused; `withheld` are all without a number.',
      method: 'GET',
      path: '/v1/audit/callers',
      may: readers,
      query: callersWanted,
      answers: { 200: callersShape },
      answer: async ({ query }) => ({ body: callersAnswer(await rules.auditCallers(query)) }),
    }),
    route({
      id: 'exportAudit',
      summary: 'The record as a stream, oldest first',
      about: 'As lines of JSON, or as CSV. That somebody takes it away is put on record first.',
      method: 'GET',
      path: '/v1/audit/export',
      may: readers,
      query: auditExport,
      media: 'application/x-ndjson',
      mediaOf: ({ format }) =>
        format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
      answers: { 200: z.string() },
      // eslint-disable-next-line typescript/require-await -- as all routes answer
      answer: async ({ query: { format, ...span }, by }) => ({
        body: rules.exportAudit(asKept(span), format, by),
      }),
    }),
    route({
      id: 'readAuditState',
      summary: 'How the record is kept',
      method: 'GET',
      path: '/v1/audit/state',
      may: readers,
      answers: { 200: auditStateShape },
      answer: async () => ({ body: auditStateAnswer(await rules.auditState()) }),
    }),
    route({
      id: 'makeCheckpoint',
      summary: 'Keep how far the record goes now, outside the database',
      method: 'POST',
      path: '/v1/audit/checkpoints',
      may: administrators,
      answers: { 201: checkpointShape },
      problems: ['conflict'],
      answer: async () => ({ status: 201, body: checkpointAnswer(await rules.checkpointAudit()) }),
    }),
    route({
      id: 'startVerification',
      summary: 'Check the whole record',
      about:
        'Starts a check unless one runs, and does not wait for it. It reads, and so is for auditors.',
      method: 'POST',
      path: '/v1/audit/verification',
      may: readers,
      answers: { 202: verificationShape },
      // eslint-disable-next-line typescript/require-await -- as all routes answer
      answer: async () => ({
        status: 202,
        location: '/v1/audit/verification',
        body: verificationAnswer(rules.startAuditVerification()),
      }),
    }),
    route({
      id: 'readVerification',
      summary: 'The check that runs, or the last one',
      method: 'GET',
      path: '/v1/audit/verification',
      may: readers,
      answers: { 200: verificationShape },
      problems: ['not-found'],
      // eslint-disable-next-line typescript/require-await -- as all routes answer
      async answer() {
        const state = rules.auditVerification();
        if (!state) {
          throw new AccessError(
            'not-found',
            'The record was not checked since the server started.',
          );
        }
        return { body: verificationAnswer(state) };
      },
    }),
  ];
};
