import { writtenNumber } from '../domain/phone-number.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { GrantAnswer, LockoutAnswer, UserAnswer } from '../http/answers.ts';
import { facts, when } from './table.ts';

const callers: Readonly<Record<UserAnswer['callerPolicy'], string>> = {
  any: 'from any telephone',
  listed: 'from their own telephones only',
  'call-back': 'we phone them back',
};

const factors: Readonly<Record<UserAnswer['secondFactor'], string>> = {
  none: 'PIN alone',
  totp: 'PIN, then a code of the authenticator',
  sheet: 'PIN, then a code of the sheet',
};

const ports: Readonly<Record<UserAnswer['pairing'], string>> = {
  'spoken-port': 'by a port that the call speaks',
  'knock-code': 'by the three numbers of the knock code as ports',
};

/** All that is known of a user, for people to read. */
export function aboutUser(
  user: UserAnswer,
  grants: readonly GrantAnswer[],
  lockouts: readonly LockoutAnswer[],
): string {
  return facts([
    ['name', user.name],
    ['state', user.disabled ? 'disabled' : 'enabled'],
    ['since', when(user.createdAt)],
    ['services', user.services.join(' ') || '(usual)'],
    ['language', user.language ?? '(of the number dialled)'],
    ['calls', callers[user.callerPolicy]],
    [
      'telephones',
      user.numbers.map((number) => writtenNumber(number as PhoneNumber)).join(' ') || '-',
    ],
    ['attestation', user.leastAttestation ? `${user.leastAttestation} or better` : '-'],
    ['identified by', factors[user.secondFactor]],
    ...(user.secondFactor === 'sheet' ? [['codes left', String(user.codesLeft)] as const] : []),
    ['recognised', ports[user.pairing]],
    ['told by e-mail', user.email ?? '-'],
    ...grants.map((grant) => ['open', `${grant.address} until ${when(grant.expiresAt)}`] as const),
    ...lockouts.map((lockout) => ['failures', heldAgainst(lockout)] as const),
  ]);
}

function heldAgainst({ subject, failures, lockedUntil }: LockoutAnswer): string {
  const locked = lockedUntil ? `locked until ${when(lockedUntil)}` : 'not locked';
  return `${failures} (${subject}), ${locked}`;
}
