import { AccessError } from '../../src/domain/access-error.ts';
import type { AuditRow, CallRecord } from '../../src/domain/attempt.ts';
import type { Grant } from '../../src/domain/grant.ts';
import { noFailures, type Failures } from '../../src/domain/lockout.ts';
import type {
  AuditFilter,
  AuditTally,
  AuditTallyWanted,
  FailuresOf,
  LockoutSubject,
  Stores,
} from '../../src/domain/ports.ts';
import type { Token } from '../../src/domain/token.ts';
import { createMemoryAnswers } from './answers.ts';
import { createMemoryEntries } from './entries.ts';
import {
  byName,
  change,
  checkedLimit,
  createMemory,
  found,
  instant,
  namePaged,
  paged,
} from './memory.ts';
import { createMemoryUsers, type MemoryUser } from './users.ts';

/** The stores in memory, held to test/contract/stores.ts like the real ones. */
export function createMemoryStores(): Stores & { close(): void } {
  const users: MemoryUser[] = [];
  const grants: Grant[] = [];
  const calls: CallRecord[] = [];
  const tokens: (Token & { hash: string })[] = [];
  const audit: AuditRow[] = [];
  const lockouts = new Map<LockoutSubject, Failures>();
  const memory = createMemory(audit);
  const { perform, written } = memory;

  const named = (grant: Grant): Grant => ({
    ...grant,
    userName: users.find((user) => user.id === grant.userId)?.name ?? '',
  });
  const unended = (wanted: (grant: Grant) => boolean): Promise<Grant[]> =>
    perform(() => grants.filter((g) => g.end === null && wanted(g)).map(named));

  const failuresOfAll = (): FailuresOf[] =>
    [...lockouts]
      .map(([subject, failures]) => ({ subject, failures }))
      .sort((a, b) => b.failures.lastAt - a.failures.lastAt || (a.subject < b.subject ? -1 : 1));

  return {
    users: createMemoryUsers(users, calls, memory),

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
            firstPacketAt: null,
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
      unused: () => unended((grant) => grant.firstPacketAt === null),
      use: (id, at, entry) =>
        perform(() => {
          const write = written(entry);
          const grant = grants.find((one) => one.id === id);
          if (grant?.end !== null || grant.firstPacketAt !== null) return false;
          change(grants, id, { firstPacketAt: instant(at) });
          write({ grantId: id });
          return true;
        }),
      end: (id, at, end, entry) =>
        perform(() => {
          const write = written(entry);
          if (found(grants, id, 'grant').end !== null) {
            throw new AccessError('conflict', `Grant ${id} has ended already.`);
          }
          change(grants, id, { endedAt: instant(at), end });
          write({ grantId: id });
        }),
      list: (filter) =>
        perform(() =>
          paged(
            grants
              .map(named)
              .filter(
                (grant) =>
                  (!filter.unended || grant.end === null) &&
                  (filter.userId === undefined || grant.userId === filter.userId) &&
                  (filter.address === undefined || grant.address === filter.address),
              ),
            filter,
            (grant) => grant.id,
          ),
        ),
    },

    calls: {
      begin: (call, entry) =>
        perform(() => {
          const write = written(entry);
          if (call.callBackOf !== null) found(calls, call.callBackOf, 'call');
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
      recognisedFrom: (userId, callerNumbers, since) =>
        perform(() =>
          calls.some(
            (call) =>
              call.userId === userId &&
              call.id > found(users, userId, 'user').knownAfterCall &&
              call.callerNumber !== null &&
              callerNumbers.includes(call.callerNumber) &&
              call.beganAt >= instant(since),
          ),
        ),
      unended: () => perform(() => calls.filter((call) => call.outcome === null)),
      byId: (id) => perform(() => calls.find((call) => call.id === id)),
      list: (filter) =>
        perform(() =>
          paged(
            calls.filter(
              (call) =>
                (filter.userId === undefined || call.userId === filter.userId) &&
                (filter.callerNumber === undefined || call.callerNumber === filter.callerNumber) &&
                (!filter.inProgress || call.endedAt === null),
            ),
            filter,
            (call) => call.id,
          ),
        ),
    },

    audit: {
      append: (entry) => perform(() => written(entry)()),
      list: (filter) => perform(() => audited(audit, filter)),
      page: (filter) =>
        perform(() => {
          const rows = audited(audit, filter);
          const more = rows.length === filter.limit && (rows.at(-1)?.seq ?? 1) > 1;
          return { rows, next: more ? (rows.at(-1)?.seq ?? null) : null };
        }),
      tally: (wanted) => perform(() => tallied(audit, wanted)),
      after: (seq, limit) =>
        perform(() => audit.filter((row) => row.seq > seq).slice(0, checkedLimit(limit))),
      ends: () =>
        perform(() => ({ first: audit[0]?.seq ?? null, last: audit.at(-1)?.seq ?? null })),
      watch: memory.watch,
    },

    lockouts: {
      failuresOf: (subject) => perform(() => lockouts.get(subject) ?? noFailures),
      list: () => perform(failuresOfAll),
      page: ({ after, limit }) =>
        perform(() =>
          failuresOfAll()
            .filter(
              ({ subject, failures: { lastAt } }) =>
                !after ||
                lastAt < after.lastAt ||
                (lastAt === after.lastAt && subject > after.subject),
            )
            .slice(0, checkedLimit(limit)),
        ),
      forgetBefore: (at) =>
        perform(() => {
          const old = [...lockouts].filter(([, { lastAt }]) => lastAt < instant(at));
          for (const [subject] of old) lockouts.delete(subject);
          return old.length;
        }),
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
            expiresAt: token.expiresAt === null ? null : instant(token.expiresAt),
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
      page: (page) => perform(() => namePaged(tokens.map(tokenOf).sort(byName), page)),
      byName: (name) => perform(() => tokens.filter((t) => t.name === name).map(tokenOf)[0]),
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

    entries: createMemoryEntries(memory),
    answers: createMemoryAnswers(memory),

    close: memory.close,
  };
}

function audited(audit: readonly AuditRow[], filter: AuditFilter): AuditRow[] {
  return paged(
    audit.filter((row) => fits(row, filter)),
    filter,
    (row) => row.seq,
  );
}

/** All in one piece. */
function tallied(audit: readonly AuditRow[], wanted: AuditTallyWanted): AuditTally {
  const { kinds, from, to, by, before = Infinity, ...about } = wanted;
  const counts = new Map<string, AuditTally['counts'][number]>();
  for (const row of audit) {
    const key = by === 'caller' ? row.caller : Math.floor((row.at - from) / by.step);
    const counted =
      row.seq < before &&
      fits(row, { ...about, from, to, limit: 1 }) &&
      (!kinds || kinds.includes(row.kind));
    if (!counted || key === undefined) continue;
    const place = `${row.kind} ${key}`;
    const { count = 0, lastAt = -Infinity } = counts.get(place) ?? {};
    counts.set(place, {
      kind: row.kind,
      key,
      count: count + 1,
      lastAt: Math.max(lastAt, row.at),
    });
  }
  return { counts: [...counts.values()], next: null };
}

function fits(row: AuditRow, filter: AuditFilter): boolean {
  const { from = -Infinity, to = Infinity } = filter;
  return (
    row.at >= Math.floor(from) &&
    row.at < Math.floor(to) &&
    (['kind', 'userId', 'address', 'callId', 'caller', 'actor'] as const).every(
      (key) => filter[key] === undefined || row[key] === filter[key],
    )
  );
}

const tokenOf = ({ id, name, role, createdAt, expiresAt, revokedAt }: Token): Token => ({
  id,
  name,
  role,
  createdAt,
  expiresAt,
  revokedAt,
});
