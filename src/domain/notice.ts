import type { AuditKind, AuditRow } from './attempt.ts';
import type { Instant, Seconds } from './time.ts';

/**
 * Who is told: a webhook, an administrator's e-mail address, or a user, whose address is
 * looked up when they are written to, so that the queue holds none of theirs.
 */
export type ReceiverId = `webhook:${string}` | `mail:${string}` | `user:${number}`;

export interface NewNotice {
  readonly receiver: ReceiverId;
  /** The row of the record that it tells of. */
  readonly about: AuditRow;
}

export const noticeStates = ['waiting', 'sent', 'failed'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** One thing that one receiver is told. */
export interface Notice extends NewNotice {
  readonly id: number;
  /** The same however often it is sent, so that receivers can drop repeats. */
  readonly delivery: string;
  /** More than one where it sums up as many of a kind; `about` is the last of them. */
  readonly count: number;
  readonly madeAt: Instant;
  readonly tries: number;
  /** Why the last try failed. */
  readonly why: string | null;
  readonly state: NoticeState;
  readonly endedAt: Instant | null;
}

/** From how many on notices of one kind to one receiver are summed up. */
export interface FloodRule {
  /** So many within the time are told one by one. */
  readonly oneByOne: number;
  readonly within: Seconds;
  /** So many may wait for one receiver; more of a kind are added to the last of them. */
  readonly mostWaiting: number;
}

/** What became of one try. */
export type Outcome =
  | { readonly ok: true; readonly answer: string }
  | {
      readonly ok: false;
      /** For people; never holds a secret. */
      readonly why: string;
      /** The receiver will not take it, however often it is sent. */
      readonly forGood: boolean;
    };

/** What a webhook is sent. */
export interface WebhookMessage {
  readonly delivery: string;
  readonly at: Instant;
  /** JSON. */
  readonly body: string;
}

/** Somebody who is told by HTTP. Never rejects, and ends within the adapter's own time limit. */
export interface Webhook {
  /** For people and the queue; the URL itself may hold a secret. */
  readonly id: `webhook:${string}`;
  /** Which kinds it wants; null is the usual ones. */
  readonly kinds: readonly AuditKind[] | null;
  post(message: WebhookMessage): Promise<Outcome>;
}

export interface Mail {
  readonly delivery: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Never rejects, and ends within the adapter's own time limit. */
export interface Mailer {
  send(mail: Mail): Promise<Outcome>;
}
