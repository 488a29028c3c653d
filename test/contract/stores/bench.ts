import { expect } from 'vitest';
import type { AccessErrorCode } from '../../../src/domain/access-error.ts';
import type { Address } from '../../../src/domain/address.ts';
import type { AuditEntry, AuditRow, NewCallRecord } from '../../../src/domain/attempt.ts';
import type { Grant, NewGrant } from '../../../src/domain/grant.ts';
import type { PhoneNumber } from '../../../src/domain/phone-number.ts';
import type { Stores } from '../../../src/domain/ports.ts';
import { usualSettings, type NewUser, type User } from '../../../src/domain/user.ts';

export type Closable = Stores & { close(): void };

export const address = (text: string): Address => text as Address;
export const number = (text: string): PhoneNumber => text as PhoneNumber;
export const hotel = address('203.0.113.7');
export const elsewhere = address('198.51.100.9');

export const entry = (kind: AuditEntry['kind'], rest: Partial<AuditEntry> = {}): AuditEntry => ({
  at: 1000,
  actor: 'cli:local',
  kind,
  ...rest,
});

/** An entry that no store can write. */
export const unwritable = (kind: AuditEntry['kind']): AuditEntry =>
  entry(kind, { detail: { n: 1n as unknown as number } });

export const hostile = [
  "Robert'); DROP TABLE audit;--",
  '"; SELECT * FROM users; --',
  'zażółć gęślą jaźń 🐙 \u202e mirrored',
  'line\nbreak\ttab\r\n',
  'with a \0 inside',
  '%_*?[a-z]',
  '{"json": "not text"}',
  '',
  'x'.repeat(10_000),
];

export const newUser = (name: string, rest: Partial<NewUser> = {}): NewUser => ({
  ...usualSettings,
  name,
  createdAt: 500,
  ...rest,
});

export const newCall = (rest: Partial<NewCallRecord> = {}): NewCallRecord => ({
  callerNumber: null,
  dialled: '100',
  attestation: null,
  callBackOf: null,
  beganAt: 1,
  ...rest,
});

/** What every part of the contract works with. */
export interface Bench {
  /** Those of the test that runs now. */
  readonly stores: Closable;
  readonly addUser: (name?: string, lookup?: string) => Promise<User>;
  readonly wanted: (userId: number, rest?: Partial<NewGrant>) => NewGrant;
  readonly addGrant: (userId: number, rest?: Partial<NewGrant>) => Promise<Grant>;
  readonly audit: () => Promise<AuditRow[]>;
}

const wanted = (userId: number, rest: Partial<NewGrant> = {}): NewGrant => ({
  userId,
  address: hotel,
  services: ['web'],
  openedAt: 1000,
  expiresAt: 9000,
  callId: null,
  ...rest,
});

export function createBench(current: () => Closable): Bench {
  // getters, so that a part can take the stores out of the bench before there are any
  const stores: Closable = {
    get users() {
      return current().users;
    },
    get grants() {
      return current().grants;
    },
    get calls() {
      return current().calls;
    },
    get audit() {
      return current().audit;
    },
    get lockouts() {
      return current().lockouts;
    },
    get tokens() {
      return current().tokens;
    },
    get entries() {
      return current().entries;
    },
    get answers() {
      return current().answers;
    },
    close: () => current().close(),
  };
  return {
    stores,
    wanted,
    addUser: (name = 'mira', lookup = `lookup of ${name}`) =>
      stores.users.add(
        newUser(name),
        { knockCodeLookup: lookup, pinHash: 'scrypt$…' },
        entry('user-created'),
      ),
    addGrant: (userId, rest) => stores.grants.add(wanted(userId, rest), entry('gate-opened')),
    audit: () => stores.audit.list({ limit: 1000 }),
  };
}

export async function refused(work: Promise<unknown>, code: AccessErrorCode): Promise<void> {
  await expect(work).rejects.toMatchObject({ name: 'AccessError', code });
}
