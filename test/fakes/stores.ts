import { AccessError } from '../../src/domain/access-error.ts';
import type { AuditEntry, AuditRow, CallRecord } from '../../src/domain/attempt.ts';
import type { Grant } from '../../src/domain/grant.ts';
import { noFailures, type Failures } from '../../src/domain/lockout.ts';
import type { AuditFilter, LockoutSubject, Page, Stores } from '../../src/domain/ports.ts';
import type { Token } from '../../src/domain/token.ts';
import { isUserName, type User, type UserSecrets } from '../../src/domain/user.ts';

/** The stores in memory, held to test/contract/stores.ts like the real ones. */
export function createMemoryStores(): Stores & { close(): void } {
  const users: (User & { secrets: UserSecrets })[] = [];
  const grants: Grant[] = [];
  const calls: CallRecord[] = [];
  const tokens: (Token & { hash: string })[] = [];
  const audit: AuditRow[] = [];
  const lockouts = new Map<LockoutSubject, Failures>();
  let closed = false;

  /** Checks come before changes in every `work`, and the entry before both, so it is whole or nothing. */
  // eslint-disable-next-line typescript/require-await -- async, so that what is thrown becomes a rejection
  async function perform<T>(work: () => T): Promise<T> {
    if (closed) throw new AccessError('store-failed', 'The store has been closed.');
    return structuredClone(work());
  }

  function written(entry: AuditEntry): (ids?: Partial<AuditEntry>) => AuditRow {
    let text: string;
    try {
      text = JSON.stringify({ ...entry, at: instant(entry.at) });
    } catch (cause) {
      throw new AccessError('store-failed', 'The entry cannot be written.', { cause });
    }
    return (ids = {}) => {
      const row = { seq: audit.length + 1, ...(JSON.parse(text) as AuditEntry), ...ids };
      audit.push(row);
      return row;
    };
  }

  const named = (grant: Grant): Grant => ({
    ...grant,
    userName: users.find((user) => user.id === grant.userId)?.name ?? '',
  });
  const unended = (wanted: (grant: Grant) => boolean): Promise<Grant[]> =>
    perform(() => grants.filter((g) => g.end === null && wanted(g)).map(named));

  return {
    users: {
      add: (user, secrets, entry) =>
        perform(() => {
          const write = written(entry);
          if (!isUserName(user.name)) throw new AccessError('invalid', 'A malformed user name.');
          if (users.some((other) => other.name === user.name)) {
            throw new AccessError('conflict', `There is a user named ${user.name} already.`);
          }
          if (users.some((other) => other.secrets.knockCodeLookup === secrets.knockCodeLookup)) {
            throw new AccessError('conflict', 'That knock code belongs to another user already.');
          }
          const added: User = {
            ...user,
            services: [...user.services],
            id: users.length + 1,
            disabled: false,
            createdAt: instant(user.createdAt),
          };
          users.push({ ...added, secrets: { ...secrets } });
          write({ userId: added.id });
          return added;
        }),
      byId: (id) => perform(() => users.filter((user) => user.id === id).map(userOf)[0]),
      byName: (name) => perform(() => users.filter((user) => user.name === name).map(userOf)[0]),
      byKnockCode: (lookup) =>
        perform(() => {
          const user = users.find((u) => u.secrets.knockCodeLookup === lookup);
          return user && { user: userOf(user), secrets: user.secrets };
        }),
      list: () => perform(() => users.map(userOf).sort(byName)),
      setDisabled: (id, disabled, entry) =>
        perform(() => {
          const write = written(entry);
          found(users, id, 'user');
          change(users, id, { disabled });
          write();
        }),
      setPin: (id, pinHash, entry) =>
        perform(() => {
          const write = written(entry);
          const { secrets } = found(users, id, 'user');
          change(users, id, { secrets: { ...secrets, pinHash } });
          write();
        }),
    },

    grants: {
      add: (grant, entry, renews = []) =>
        perform(() => {
          const write = written(entry);
          const renewed = renews.map((old) => ({ id: old.id, write: written(old.entry) }));
          found(users, grant.userId, 'user');
          if (grant.callId !== null) found(calls, grant.callId, 'call');
          const added: Grant = {
            ...grant,
            services: [...grant.services],
            openedAt: instant(grant.openedAt),
            expiresAt: instant(grant.expiresAt),
            id: grants.length + 1,
            userName: '',
            endedAt: null,
            end: null,
          };
          if (added.expiresAt < added.openedAt) {
            throw new AccessError('invalid', 'A grant cannot end before it begins.');
          }
          grants.push(added);
          write({ grantId: added.id });
          for (const old of renewed) {
            if (grants.find(({ id }) => id === old.id)?.end !== null) continue;
            change(grants, old.id, { endedAt: added.openedAt, end: 'renewed' });
            old.write({ grantId: old.id });
          }
          return named(added);
        }),
      byId: (id) => perform(() => grants.filter((grant) => grant.id === id).map(named)[0]),
      unended: () => unended(() => true),
      unendedAt: (address) => unended((grant) => grant.address === address),
      unendedOf: (userId) => unended((grant) => grant.userId === userId),
      end: (id, at, end, entry) =>
        perform(() => {
          const write = written(entry);
          if (found(grants, id, 'grant').end !== null) {
            throw new AccessError('conflict', `Grant ${id} has ended already.`);
          }
          change(grants, id, { endedAt: instant(at), end });
          write({ grantId: id });
        }),
      list: (page) => perform(() => paged(grants.map(named), page, (grant) => grant.id)),
    },

    calls: {
      begin: (call, entry) =>
        perform(() => {
          const write = written(entry);
          const begun: CallRecord = {
            ...call,
            beganAt: instant(call.beganAt),
            id: calls.length + 1,
            endedAt: null,
            outcome: null,
            userId: null,
          };
          calls.push(begun);
          write({ callId: begun.id });
          return begun;
        }),
      end: (id, at, outcome, userId, entry) =>
        perform(() => {
          const write = written(entry);
          if (found(calls, id, 'call').outcome !== null) return;
          if (userId !== null) found(users, userId, 'user');
          change(calls, id, { endedAt: instant(at), outcome, userId });
          write({ callId: id });
        }),
      unended: () => perform(() => calls.filter((call) => call.outcome === null)),
      list: (page) => perform(() => paged(calls, page, (call) => call.id)),
    },

    audit: {
      append: (entry) => perform(() => written(entry)()),
      list: (filter) =>
        perform(() =>
          paged(
            audit.filter((row) => fits(row, filter)),
            filter,
            (row) => row.seq,
          ),
        ),
    },

    lockouts: {
      failuresOf: (subject) => perform(() => lockouts.get(subject) ?? noFailures),
      record: (changes, entries) =>
        perform(() => {
          const writes = entries.map(written);
          for (const { subject, failures } of changes) {
            if (failures.count === 0) lockouts.delete(subject);
            else lockouts.set(subject, { ...failures, lastAt: instant(failures.lastAt) });
          }
          for (const write of writes) write();
        }),
    },

    tokens: {
      add: (token, hash, entry) =>
        perform(() => {
          const write = written(entry);
          if (tokens.some((other) => other.name === token.name)) {
            throw new AccessError('conflict', `There is a token named ${token.name} already.`);
          }
          if (tokens.some((other) => other.hash === hash)) {
            throw new AccessError('conflict', 'Such a token exists already.');
          }
          const added: Token = {
            ...token,
            createdAt: instant(token.createdAt),
            id: tokens.length + 1,
            revokedAt: null,
          };
          tokens.push({ ...added, hash });
          write();
          return added;
        }),
      byHash: (hash) =>
        perform(
          () => tokens.filter((t) => t.hash === hash && t.revokedAt === null).map(tokenOf)[0],
        ),
      list: () => perform(() => tokens.map(tokenOf).sort(byName)),
      revoke: (id, at, entry) =>
        perform(() => {
          const write = written(entry);
          if (found(tokens, id, 'token').revokedAt !== null) {
            throw new AccessError('conflict', `Token ${id} has been revoked already.`);
          }
          change(tokens, id, { revokedAt: instant(at) });
          write();
        }),
    },

    close: () => {
      closed = true;
    },
  };
}

function instant(at: number): number {
  if (!Number.isFinite(at)) throw new AccessError('invalid', 'A time must be a finite number.');
  return Math.floor(at);
}

/** By code unit, as SQLite compares: the same order whatever the locale. */
function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function paged<T>(rows: readonly T[], { before, limit }: Page, idOf: (row: T) => number): T[] {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new AccessError('invalid', 'A page has 1 to 1000 rows.');
  }
  return rows
    .filter((row) => idOf(row) < (before ?? Infinity))
    .toReversed()
    .slice(0, limit);
}

function fits(row: AuditRow, filter: AuditFilter): boolean {
  return (['kind', 'userId', 'address', 'callId'] as const).every(
    (key) => filter[key] === undefined || row[key] === filter[key],
  );
}

function change<T extends { id: number }>(rows: T[], id: number, changes: Partial<T>): void {
  const index = rows.findIndex((row) => row.id === id);
  rows[index] = { ...rows[index], ...changes } as T;
}

function found<T extends { id: number }>(rows: readonly T[], id: number, what: string): T {
  const row = rows.find((r) => r.id === id);
  if (!row) throw new AccessError('not-found', `There is no ${what} number ${id}.`);
  return row;
}

const userOf = ({ id, name, disabled, services, createdAt }: User): User => ({
  id,
  name,
  disabled,
  services,
  createdAt,
});
const tokenOf = ({ id, name, role, createdAt, revokedAt }: Token): Token => ({
  id,
  name,
  role,
  createdAt,
  revokedAt,
});
