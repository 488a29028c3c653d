import type { AuditEntry, AuditRow } from '../../domain/attempt.ts';
import type { Mail, Notice } from '../../domain/notice.ts';
import { after, type Instant } from '../../domain/time.ts';
import type { User } from '../../domain/user.ts';
import { alarmWords } from './alarm-words.ts';
import { timeIn, wordsIn } from './words.ts';

export interface LetterRules {
  /** What users hear who have no language of their own. */
  readonly language: string;
  readonly timeZone: string | undefined;
}

/** Where the user can say that it was not them; undefined where there are no links. */
export interface Link {
  readonly url: string;
  readonly until: Instant;
}

type Letter = Pick<Mail, 'subject' | 'text'>;

/** What the record holds may come from anywhere: nothing of it may end a line, or a header. */
export const oneLine = (text: string, longest = 200): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longest);

/** To the user in whose name an address was opened. */
export function letterToUser(
  { about, count }: Pick<Notice, 'about' | 'count'>,
  user: Pick<User, 'name' | 'language'>,
  link: Link | undefined,
  { language: usual, timeZone }: LetterRules,
): Letter {
  const {
    language,
    words: { mail },
  } = wordsIn([user.language, usual]);
  const time = (at: Instant): string => timeIn(language, timeZone, at);
  const address = about.address ?? '';
  const seconds = Number(about.detail?.['seconds'] ?? 0);
  const caller = about.caller === 'withheld' ? mail.withheld : about.caller;
  const how = caller === undefined ? mail.byAdministrator : mail.byCall(oneLine(caller));
  return {
    subject: oneLine(`dialgate: ${mail.subject(address, count)}`),
    text: paragraphs([
      mail.hello(user.name),
      `${mail.opened(address, time(about.at), time(after(about.at, seconds)))} ${how}`,
      ...(count > 1 ? [mail.several(count)] : []),
      mail.ifYou,
      ...(link ? [mail.ifNotYou, link.url, mail.linkUntil(time(link.until))] : [mail.ifNotYouCall]),
    ]),
  };
}

/** To an administrator; in English, as the record is. */
export function letterToAdministrator(
  { about, count }: Pick<Notice, 'about' | 'count'>,
  userName: string | null,
): Letter {
  const what = alarmWords(about.kind);
  const facts: readonly (readonly [string, string | number | null | undefined])[] = [
    ['when', new Date(about.at).toISOString()],
    ['user', userName],
    ['address', about.address],
    ['telephone', about.caller],
    ['by', about.actor],
    ...Object.entries(about.detail ?? {}).map(([key, value]) => [key, String(value)] as const),
    ['row of the record', about.seq],
  ];
  return {
    subject: oneLine(`dialgate: ${what}${count > 1 ? ` (${count} times)` : ''}`),
    text: paragraphs([
      `${what}.`,
      ...(count > 1 ? [`This happened ${count} times; the last one:`] : []),
      facts
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => `${oneLine(name)}: ${oneLine(String(value))}`)
        .join('\n'),
    ]),
  };
}

/** Some rows list addresses by the hundred; whoever wants them reads the row. */
const longestDetail = 8192;

/** What webhooks are sent: the row, with the name of its user. */
export function webhookBody(
  {
    about,
    count,
  }: { readonly about: AuditEntry & Partial<Pick<AuditRow, 'seq'>>; readonly count: number },
  userName: string | null,
): string {
  const { seq, at, actor, kind, userId, grantId, callId, address, caller, detail } = about;
  return JSON.stringify({
    type: kind,
    timestamp: new Date(at).toISOString(),
    data: {
      seq: seq ?? null,
      actor,
      userId: userId ?? null,
      userName,
      grantId: grantId ?? null,
      callId: callId ?? null,
      address: address ?? null,
      caller: caller ?? null,
      detail:
        JSON.stringify(detail ?? {}).length > longestDetail ? { leftOut: true } : (detail ?? {}),
      count,
    },
  });
}

const paragraphs = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`;
