import type { TokenAnswer } from '../../../http/answers/tokens.ts';

/** What a token's role may, in a few words. */
export const roleWords: Readonly<Record<TokenAnswer['role'], string>> = {
  admin: 'Administrator: everything',
  operator: 'Operator: sees, and closes',
  auditor: 'Auditor: sees, the record too',
};
