import { setTimeout as sleep } from 'node:timers/promises';
import { AccessError, type AccessErrorCode } from '../domain/access-error.ts';
import { targetText } from '../domain/entry.ts';
import type { Seconds } from '../domain/time.ts';
import { isUnreachable, type RestClient } from '../http/client.ts';
import type { BatchAnswer } from '../http/entry-answers.ts';
import type { Plan, Planned } from '../import/plan.ts';

export interface Applied {
  readonly added: number;
  /** There already, the same: somebody was quicker, or an answer was lost. */
  readonly present: number;
  readonly failed: readonly { readonly label: string; readonly why: string }[];
  /** Sent, and nothing was heard of them. */
  readonly unsure: number;
  /** Not even sent. */
  readonly untried: number;
  /** Why it ended early; null where it did not. */
  readonly stopped: string | null;
}

export interface Applying {
  readonly rest: Pick<RestClient, 'post'>;
  /** What the entries come from, as the record names it. */
  readonly source: string;
  /** Aborted, it ends after what is under way. */
  readonly stop: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  /** Before each new try, where the server could not be asked: it may be restarting. */
  readonly pauses?: readonly Seconds[];
}

/** In a request: what the server writes in one go, while calls wait. */
const batchSize = 250;
/** What another try may mend. */
const passing: ReadonlySet<AccessErrorCode> = new Set([
  'internal',
  'store-failed',
  'firewall-unavailable',
]);

/** Adds what is planned, batch by batch: what is refused costs itself alone. */
export async function applyPlan({ entries }: Plan, applying: Applying): Promise<Applied> {
  const { source, stop, progress } = applying;
  const failed: { label: string; why: string }[] = [];
  let [added, present, done] = [0, 0, 0];
  const ended = (stopped: string | null, unsure = 0): Applied => {
    const untried = entries.length - done - unsure;
    return { added, present, failed, unsure, untried, stopped };
  };
  while (done < entries.length) {
    if (stop.aborted) return ended('It was interrupted.');
    const batch = entries.slice(done, done + batchSize);
    const asked = await post(applying, { entries: batch.map((one) => requestFor(one, source)) });
    if ('why' in asked) return ended(asked.why, asked.sent ? batch.length : 0);
    added += asked.answer.added;
    present += asked.answer.present;
    for (const item of asked.answer.items) {
      if (item.outcome !== 'refused') continue;
      failed.push({ label: batch[item.at]?.label ?? '?', why: item.detail });
    }
    done += batch.length;
    progress(done, entries.length);
  }
  return ended(null);
}

type Asked =
  | { readonly answer: BatchAnswer }
  /** `sent`: it may have been carried out all the same. */
  | { readonly why: string; readonly sent: boolean };

/** A batch may be sent again: what is there is left alone. */
async function post({ rest, stop, pauses = [1, 2, 4] }: Applying, body: object): Promise<Asked> {
  let sent = false;
  for (let tries = 0; ; tries++) {
    try {
      return { answer: await rest.post<BatchAnswer>('/v1/entry-batches', body) };
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      const mayPass = passing.has(error.code);
      sent ||= mayPass && !isUnreachable(error);
      const pause = pauses[tries];
      if (!mayPass || pause === undefined || stop.aborted) return { why: error.message, sent };
      await sleep(pause * 1000, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}

function requestFor({ label, target, services, until, note }: Planned, source: string): object {
  const expiresAt = until === null ? null : new Date(until).toISOString();
  return { label, target: targetText(target), services, expiresAt, note, source };
}
