import type { Actor, AuditEntry } from '../../domain/attempt.ts';
import type { Mailer, Notice, Outcome, ReceiverId, Webhook } from '../../domain/notice.ts';
import type { NoticeFilter, NoticeQueue, Stores } from '../../domain/ports.ts';
import type { Clock, Instant, Seconds, Timer } from '../../domain/time.ts';
import { createDispatch } from './dispatch.ts';
import { createIntake } from './intake.ts';
import type { LetterRules } from './letters.ts';
import type { NotMeLinks } from './not-me-link.ts';
import { createOutages } from './outages.ts';
import { createSending } from './sending.ts';
import { startTelling } from './telling.ts';

export interface NoticeRules extends LetterRules {
  /** E-mail addresses. */
  readonly administrators: readonly string[];
  /** Where users reach us, without a slash at the end; null makes no links. */
  readonly baseUrl: string | null;
  readonly linkFor: Seconds;
  readonly giveUpAfter: Seconds;
}

export interface NoticeParts {
  readonly stores: Pick<Stores, 'audit' | 'users'>;
  readonly queue: NoticeQueue;
  readonly webhooks: readonly Webhook[];
  /** Undefined where no mail is sent. */
  readonly mailer: Mailer | undefined;
  readonly links: NotMeLinks;
  readonly rules: NoticeRules;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: () => number;
  readonly newDelivery: () => string;
  readonly log: (message: string, details: Readonly<Record<string, string | number>>) => void;
}

export interface NoticeCounts {
  readonly waiting: number;
  /** When the oldest that waits was made; null when none does. */
  readonly oldestAt: Instant | null;
  /** Given up, as long as they are kept. */
  readonly failed: number;
  /** Since the process started. */
  readonly sent: number;
}

export type TestResult = Outcome & { readonly receiver: ReceiverId };

/** Whoever is to be told of what happens. */
export interface Notices {
  /** Follows the record, and tells. Before it, and where no server runs, the queue waits. */
  start(): void;
  /** Waits some two seconds for what is being sent. Never rejects. */
  stop(): Promise<void>;
  counts(): Promise<NoticeCounts>;
  /** Newest first. */
  page(filter: NoticeFilter): Promise<Notice[]>;
  /** Tells every webhook and every administrator that this is a test, past the queue. */
  test(by: Actor): Promise<TestResult[]>;
}

export function createNotices(parts: NoticeParts): Notices {
  const { stores, queue, webhooks, mailer, rules, clock, timer, log } = parts;
  const { giveUpAfter } = rules;
  const told = {
    webhooks,
    administrators: mailer ? rules.administrators : [],
    users: mailer !== undefined,
  };
  const sending = createSending(parts);
  let again = (): void => undefined;
  const dispatch = createDispatch({
    queue,
    outages: createOutages(parts.random),
    clock,
    random: parts.random,
    giveUpAfter,
    send: sending.send,
    log,
    ended: () => again(),
  });
  const intake = createIntake({ ...stores, queue, told, clock, stale: giveUpAfter });
  const everybody: readonly ReceiverId[] = [
    ...webhooks.map(({ id }) => id),
    ...told.administrators.map((address) => `mail:${address}` as const),
  ];
  let telling: ReturnType<typeof startTelling> | undefined;

  return {
    start() {
      telling = startTelling({
        audit: stores.audit,
        queue,
        intake,
        dispatch,
        clock,
        timer,
        log,
        receivers: everybody,
        users: told.users,
      });
      again = telling.next;
    },
    async stop() {
      await telling?.stop();
    },
    async counts() {
      return { ...(await queue.counts()), sent: dispatch.sent() };
    },
    page: (filter) => queue.page(filter),
    async test(by) {
      const entry: AuditEntry = { at: clock.now(), actor: by, kind: 'notification-tested' };
      const about = await stores.audit.append(entry);
      return Promise.all(
        everybody.map(async (receiver) => ({
          receiver,
          ...(await sending.test(receiver, about)),
        })),
      );
    },
  };
}
