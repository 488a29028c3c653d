import type { AuditKind } from '../../domain/attempt.ts';

const words: Readonly<Partial<Record<AuditKind, string>>> = {
  'brake-began': 'Too many failures: calls from strangers are refused for a while',
  'lockout-began': 'A lockout has begun',
  'knock-code-exposed': 'Somebody else knows a user’s knock code: give them a new one',
  'gate-failed': 'An address could not be opened',
  'call-back-failed': 'A user could not be phoned back',
  'name-failing': 'A name among the standing entries is not answered',
  'audit-suspect': 'The record does not fit its last checkpoint',
  'audit-checkpoint-failed': 'A checkpoint of the record could not be kept',
  'user-disabled': 'A user says "this was not me": they are disabled until you look',
  'notification-tested': 'A test of the notifications',
};

/** What has happened, in a few words; a kind that has none is named as the record has it. */
export const alarmWords = (kind: AuditKind): string => words[kind] ?? kind;
