import type { Instant } from './time.ts';

/** admin may do everything; operator may list and close; auditor may read. */
export const roles = ['admin', 'operator', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** A bearer token's record; the token itself is shown once and kept only as a hash. */
export interface Token {
  readonly id: number;
  /** Unique among all tokens, revoked ones included. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Instant;
  /** Worthless from then on; null: it lasts until it is revoked. */
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
}

/** Whether it lets anybody in. */
export function isLive(token: Token, now: Instant): boolean {
  return token.revokedAt === null && (token.expiresAt === null || now < token.expiresAt);
}
