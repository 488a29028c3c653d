import { atMostAtOnce } from '../../domain/at-once.ts';
import type { AuditRow } from '../../domain/attempt.ts';
import type { Mail, Notice, Outcome, ReceiverId } from '../../domain/notice.ts';
import { after } from '../../domain/time.ts';
import { letterToAdministrator, letterToUser, webhookBody, type Link } from './letters.ts';
import type { NoticeParts } from './notices.ts';

/** One mail server has them all: as many connections as it surely allows. */
const mailsAtOnce = 4;

type Parts = Pick<
  NoticeParts,
  'stores' | 'webhooks' | 'mailer' | 'links' | 'rules' | 'clock' | 'newDelivery'
>;

/** Finds the receiver and the words for a notice. Neither rejects but for the store. */
export interface Sending {
  send(notice: Notice): Promise<Outcome>;
  /** At once, past the queue. */
  test(receiver: ReceiverId, about: AuditRow): Promise<Outcome>;
}

const gone = (why: string): Outcome => ({ ok: false, why, forGood: true });

export function createSending(parts: Parts): Sending {
  const { stores, webhooks, mailer, links, rules, clock, newDelivery } = parts;
  const inPlace = atMostAtOnce(mailsAtOnce);

  function linkFor({ grantId, at }: AuditRow): Link | undefined {
    if (rules.baseUrl === null || grantId === undefined) return undefined;
    const until = after(at, rules.linkFor);
    return { url: `${rules.baseUrl}/not-me/${links.sign({ grantId, at, until })}`, until };
  }

  async function mailTo(
    receiver: ReceiverId,
    notice: Sent,
  ): Promise<Omit<Mail, 'delivery'> | undefined> {
    const { about } = notice;
    const user = about.userId === undefined ? undefined : await stores.users.byId(about.userId);
    if (receiver.startsWith('mail:')) {
      const to = receiver.slice('mail:'.length);
      return { to, ...letterToAdministrator(notice, user?.name ?? null) };
    }
    if (!user?.email) return undefined;
    return { to: user.email, ...letterToUser(notice, user, linkFor(about), rules) };
  }

  async function byMail(receiver: ReceiverId, notice: Sent): Promise<Outcome> {
    if (!mailer) return gone('no mail is sent any more');
    const mail = await mailTo(receiver, notice);
    if (!mail) return gone('the user has no e-mail address any more');
    return mailer.send({ ...mail, delivery: notice.delivery });
  }

  async function byWebhook(receiver: ReceiverId, notice: Sent): Promise<Outcome> {
    const webhook = webhooks.find(({ id }) => id === receiver);
    if (!webhook) return gone('there is no such webhook any more');
    const { userId } = notice.about;
    const user = userId === undefined ? undefined : await stores.users.byId(userId);
    const body = webhookBody(notice, user?.name ?? null);
    return webhook.post({ delivery: notice.delivery, at: clock.now(), body });
  }

  const by = (receiver: ReceiverId): typeof byMail =>
    receiver.startsWith('webhook:') ? byWebhook : byMail;

  return {
    send: (notice) =>
      notice.receiver.startsWith('webhook:')
        ? byWebhook(notice.receiver, notice)
        : inPlace(() => byMail(notice.receiver, notice)),
    test: (receiver, about) => by(receiver)(receiver, { about, count: 1, delivery: newDelivery() }),
  };
}

type Sent = Pick<Notice, 'about' | 'count' | 'delivery'>;
