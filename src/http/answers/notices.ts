import { z } from 'zod';
import type { SeenNotice } from '../../access/administration.ts';
import { auditKinds } from '../../domain/attempt.ts';
import { noticeStates, type Outcome, type ReceiverId } from '../../domain/notice.ts';
import { iso, isoOrNull, number, textOrNull, time, timeOrNull } from './common.ts';

const receiver = z
  .string()
  .describe(
    '`webhook:` and its host, `mail:` and an administrator’s address, or `user:` and a number.',
  );

export const noticeShape = z
  .strictObject({
    id: number,
    receiver,
    userName: textOrNull.describe('Of the user who is told, where it is one.'),
    kind: z.enum(auditKinds),
    seq: number.describe(
      'The row of the record that it tells of; the last, where there are several.',
    ),
    count: number.describe('More than 1 where it sums up as many.'),
    state: z.enum(noticeStates),
    madeAt: time,
    tries: number,
    why: textOrNull.describe('Why the last try failed.'),
    endedAt: timeOrNull.describe('When it was taken, or given up.'),
  })
  .meta({ id: 'Notice' });
export type NoticeAnswer = z.output<typeof noticeShape>;

export const testedShape = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          receiver,
          ok: z.boolean(),
          answer: z.string().describe('What was answered, or why it failed.'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'NoticeTest' });
export type TestedAnswer = z.output<typeof testedShape>;

export const noticeAnswer = (notice: SeenNotice): NoticeAnswer => ({
  id: notice.id,
  receiver: notice.receiver,
  userName: notice.userName,
  kind: notice.about.kind,
  seq: notice.about.seq,
  count: notice.count,
  state: notice.state,
  madeAt: iso(notice.madeAt),
  tries: notice.tries,
  why: notice.why,
  endedAt: isoOrNull(notice.endedAt),
});

export const testedAnswer = (
  results: readonly (Outcome & { readonly receiver: ReceiverId })[],
): TestedAnswer => ({
  items: results.map((result) => ({
    receiver: result.receiver,
    ok: result.ok,
    answer: result.ok ? result.answer : result.why,
  })),
});
