/** What is answered, for those who ask: the shapes are in answers/, beside what makes them. */
export type { Items } from './answers/common.ts';
export type { GrantAnswer } from './answers/grants.ts';
export type { LockoutAnswer, UnlockedAnswer } from './answers/lockouts.ts';
export type { NoticeAnswer, TestedAnswer } from './answers/notices.ts';
export type { AuditAnswer, CallAnswer } from './answers/records.ts';
export type { ServiceAnswer, StatusAnswer } from './answers/status.ts';
export type { NewTokenAnswer, TokenAnswer } from './answers/tokens.ts';
export type {
  NewKnockCodeAnswer,
  NewPinAnswer,
  NewSheetAnswer,
  NewTotpAnswer,
  NewUserAnswer,
  UserAnswer,
} from './answers/users.ts';
