import type { Instant } from './time.ts';

/** admin may do everything; auditor may read. */
export type Role = 'admin' | 'auditor';

/** A bearer token's record; the token itself is shown once and kept only as a hash. */
export interface Token {
  readonly id: number;
  /** Unique among all tokens, revoked ones included. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}
