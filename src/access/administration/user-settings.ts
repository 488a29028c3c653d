import { AccessError } from '../../domain/access-error.ts';
import type { AuditEntry } from '../../domain/attempt.ts';
import { isEmail } from '../../domain/email.ts';
import { parsePhoneNumber, type PhoneNumber } from '../../domain/phone-number.ts';
import type { UserSettings } from '../../domain/user.ts';
import type { AdministrationParts } from './parts.ts';

/** Settings as an administrator writes them: those that are left out stay as they are. */
export type WantedSettings = {
  readonly [Key in keyof Omit<UserSettings, 'numbers'>]?: UserSettings[Key] | undefined;
} & {
  /** Written as people write telephone numbers; `+` leaves no doubt about the country. */
  readonly numbers?: readonly string[] | undefined;
};

type Parts = Pick<AdministrationParts, 'firewall' | 'dialling' | 'languages' | 'callsBack'>;

/**
 * The settings that come of it.
 * @throws AccessError `invalid` when they cannot be so, all together.
 */
export async function settled(
  before: UserSettings,
  wanted: WantedSettings,
  { firewall, dialling, languages, callsBack }: Parts,
): Promise<UserSettings> {
  const numbers = wanted.numbers?.map((text): PhoneNumber => {
    const number = parsePhoneNumber(text, dialling);
    if (number) return number;
    throw new AccessError(
      'invalid',
      `${text} is not a telephone number; write it with its country, such as +1 555 0123.`,
    );
  });
  const after: UserSettings = {
    disabled: wanted.disabled ?? before.disabled,
    services: wanted.services ? [...new Set(wanted.services)] : before.services,
    // null is a setting of its own here, so ?? will not do
    language: wanted.language === undefined ? before.language : wanted.language,
    callerPolicy: wanted.callerPolicy ?? before.callerPolicy,
    numbers: numbers ? [...new Set(numbers)] : before.numbers,
    leastAttestation:
      wanted.leastAttestation === undefined ? before.leastAttestation : wanted.leastAttestation,
    pairing: wanted.pairing ?? before.pairing,
    email: wanted.email === undefined ? before.email : wanted.email,
  };
  if (typeof wanted.email === 'string' && !isEmail(wanted.email)) {
    throw new AccessError(
      'invalid',
      'That is not an e-mail address; write it such as mira@example.net.',
    );
  }
  if (after.callerPolicy !== 'any' && after.numbers.length === 0) {
    throw new AccessError(
      'invalid',
      `Callers "${after.callerPolicy}" need at least one telephone number of the user; give one, or allow any caller.`,
    );
  }
  if (wanted.callerPolicy === 'call-back' && !callsBack) {
    throw new AccessError(
      'invalid',
      'Nobody can be phoned back here: name an endpoint in the configuration first (call_back.endpoint), and restart the server.',
    );
  }
  // what was fit once stays settled, or a site that drops a language could change nobody any more
  const { language, services } = wanted;
  if (typeof language === 'string' && !languages().includes(language)) {
    throw new AccessError(
      'invalid',
      `The language ${language} is not spoken here; there is ${languages().join(', ')}.`,
    );
  }
  if (services && services.length > 0) await checkServices(services, firewall);
  return after;
}

async function checkServices(
  services: readonly string[],
  firewall: Parts['firewall'],
): Promise<void> {
  const known = (await firewall.limits()).services;
  const unknown = services.filter((service) => !known.includes(service));
  if (unknown.length === 0) return;
  throw new AccessError(
    'invalid',
    `No such service: ${unknown.join(', ')}. The helper knows ${known.join(', ')}.`,
  );
}

/** What differs, to be stored; an empty object when nothing does. */
export function differences(before: UserSettings, after: UserSettings): Partial<UserSettings> {
  const keys = Object.keys(after) as (keyof UserSettings)[];
  return Object.fromEntries(
    keys
      .filter((key) => written(before[key]) !== written(after[key]))
      .map((key) => [key, after[key]]),
  );
}

/** What was changed, and to what, for the record; of an e-mail address only that there is one. */
export function onRecord(changes: Partial<UserSettings>): NonNullable<AuditEntry['detail']> {
  return Object.fromEntries(
    Object.entries(changes).map(([key, value]) => [
      key,
      key === 'email' && value !== null ? 'set' : written(value),
    ]),
  );
}

function written(value: UserSettings[keyof UserSettings]): string | boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'object' ? (value ?? []).join(' ') : value;
  return text === '' ? 'none' : text;
}
