import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccessErrorCode } from '../../src/domain/access-error.ts';
import type { Address } from '../../src/domain/address.ts';
import type { AuditEntry, AuditRow } from '../../src/domain/attempt.ts';
import type { Grant, NewGrant } from '../../src/domain/grant.ts';
import type { Stores } from '../../src/domain/ports.ts';
import type { User } from '../../src/domain/user.ts';

type Closable = Stores & { close(): void };

export const address = (text: string): Address => text as Address;
export const hotel = address('203.0.113.7');
const elsewhere = address('198.51.100.9');

export const entry = (kind: AuditEntry['kind'], rest: Partial<AuditEntry> = {}): AuditEntry => ({
  at: 1000,
  actor: 'cli:local',
  kind,
  ...rest,
});

/** An entry that no store can write. */
const unwritable = (kind: AuditEntry['kind']): AuditEntry =>
  entry(kind, { detail: { n: 1n as unknown as number } });

const hostile = [
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

/** What every implementation of `Stores` promises. */
export function storesContract(name: string, open: () => Closable): void {
  describe(`${name} keeps the contract of the stores`, () => {
    let stores: Closable;
    beforeEach(() => {
      stores = open();
    });
    afterEach(() => stores.close());

    const addUser = (userName = 'mira', lookup = `lookup of ${userName}`): Promise<User> =>
      stores.users.add(
        { name: userName, services: [], createdAt: 500 },
        { knockCodeLookup: lookup, pinHash: 'scrypt$…' },
        entry('user-created'),
      );
    const wanted = (userId: number, rest: Partial<NewGrant> = {}): NewGrant => ({
      userId,
      address: hotel,
      services: ['web'],
      openedAt: 1000,
      expiresAt: 9000,
      callId: null,
      ...rest,
    });
    const addGrant = (userId: number, rest: Partial<NewGrant> = {}): Promise<Grant> =>
      stores.grants.add(wanted(userId, rest), entry('gate-opened'));
    const audit = (): Promise<AuditRow[]> => stores.audit.list({ limit: 1000 });
    const refused = async (work: Promise<unknown>, code: AccessErrorCode): Promise<void> => {
      await expect(work).rejects.toMatchObject({ name: 'AccessError', code });
    };

    describe('users', () => {
      it('gives back what was added, by every key', async () => {
        const added = await stores.users.add(
          { name: 'mira', services: ['web', 'sip'], createdAt: 500 },
          { knockCodeLookup: 'abc', pinHash: 'hash' },
          entry('user-created'),
        );
        expect(added).toEqual({
          id: added.id,
          name: 'mira',
          disabled: false,
          services: ['web', 'sip'],
          createdAt: 500,
        });
        expect(await stores.users.byId(added.id)).toEqual(added);
        expect(await stores.users.byName('mira')).toEqual(added);
        expect(await stores.users.byKnockCode('abc')).toEqual({
          user: added,
          secrets: { knockCodeLookup: 'abc', pinHash: 'hash' },
        });
      });

      it('does not find what is not there', async () => {
        await addUser();
        expect(await stores.users.byName('MIRA')).toBeUndefined();
        expect(await stores.users.byKnockCode('lookup of nobody')).toBeUndefined();
        for (const id of [0, -1, 1.5, 99, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.NaN]) {
          expect(await stores.users.byId(id)).toBeUndefined();
        }
      });

      it('refuses a taken name and says which, and leaves no trace', async () => {
        await addUser('mira');
        await expect(addUser('mira', 'another')).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('mira') as string,
        });
        expect(await stores.users.byKnockCode('another')).toBeUndefined();
        expect(await audit()).toHaveLength(1);
      });

      it('refuses a taken knock code without naming its owner or its key', async () => {
        await addUser('mira', 'the-lookup');
        const clash = addUser('otto', 'the-lookup');
        await refused(clash, 'conflict');
        const message = await clash.catch((error: Error) => error.message);
        expect(message).not.toMatch(/mira|the-lookup/);
        expect(await stores.users.byName('otto')).toBeUndefined();
      });

      it.each(['', ' ', 'a b', '-dash-first', "x'; --", 'zażółć', 'a\0b', 'x'.repeat(65)])(
        'refuses the malformed name %j',
        async (bad) => {
          await refused(addUser(bad), 'invalid');
          expect(await audit()).toEqual([]);
        },
      );

      it('lists by name', async () => {
        for (const n of ['zora', 'Mira', 'anna', '9lives', 'a-b', 'a.b', 'a_b']) await addUser(n);
        const names = (await stores.users.list()).map((user) => user.name);
        expect(names).toEqual(['9lives', 'Mira', 'a-b', 'a.b', 'a_b', 'anna', 'zora']);
      });

      it('disables, enables and changes the PIN, each with its entry', async () => {
        const { id } = await addUser();
        await stores.users.setDisabled(id, true, entry('user-disabled', { userId: id }));
        expect((await stores.users.byId(id))?.disabled).toBe(true);
        await stores.users.setDisabled(id, false, entry('user-enabled', { userId: id }));
        expect((await stores.users.byId(id))?.disabled).toBe(false);
        await stores.users.setPin(id, 'another hash', entry('pin-reset', { userId: id }));
        const found = await stores.users.byKnockCode('lookup of mira');
        expect(found?.secrets.pinHash).toBe('another hash');
        expect((await audit()).map((row) => row.kind)).toEqual([
          'pin-reset',
          'user-enabled',
          'user-disabled',
          'user-created',
        ]);
      });

      it('refuses to change an unknown user, and writes nothing', async () => {
        await refused(stores.users.setDisabled(77, true, entry('user-disabled')), 'not-found');
        await refused(stores.users.setPin(77, 'hash', entry('pin-reset')), 'not-found');
        expect(await audit()).toEqual([]);
      });

      it('cannot be changed through what it gave out', async () => {
        const services = ['web'];
        const added = await stores.users.add(
          { name: 'mira', services, createdAt: 1 },
          { knockCodeLookup: 'abc', pinHash: 'hash' },
          entry('user-created'),
        );
        services.push('sip');
        (added.services as string[]).push('ssh');
        expect((await stores.users.byId(added.id))?.services).toEqual(['web']);
      });
    });

    describe('grants', () => {
      it('gives back what was added, with the name of its user', async () => {
        const { id: userId } = await addUser();
        const call = await stores.calls.begin(
          { callerNumber: null, dialled: '100', beganAt: 1 },
          entry('call-began'),
        );
        const grant = await addGrant(userId, { callId: call.id, services: ['web', 'sip'] });
        expect(grant).toEqual({
          id: grant.id,
          userId,
          userName: 'mira',
          address: hotel,
          services: ['web', 'sip'],
          openedAt: 1000,
          expiresAt: 9000,
          callId: call.id,
          endedAt: null,
          end: null,
        });
        expect(await stores.grants.byId(grant.id)).toEqual(grant);
        expect((await audit())[0]).toMatchObject({ kind: 'gate-opened', grantId: grant.id });
      });

      it('knows which are unended: all, at an address, of a user', async () => {
        const mira = await addUser('mira');
        const otto = await addUser('otto');
        const first = await addGrant(mira.id);
        const second = await addGrant(otto.id);
        const third = await addGrant(mira.id, { address: elsewhere });
        const ended = await addGrant(mira.id);
        await stores.grants.end(ended.id, 2000, 'closed', entry('gate-closed'));
        const ids = (grants: Grant[]): number[] => grants.map((grant) => grant.id);
        expect(ids(await stores.grants.unended())).toEqual([first.id, second.id, third.id]);
        expect(ids(await stores.grants.unendedAt(hotel))).toEqual([first.id, second.id]);
        expect(ids(await stores.grants.unendedOf(mira.id))).toEqual([first.id, third.id]);
        expect(await stores.grants.unendedAt(address('192.0.2.1'))).toEqual([]);
        expect(await stores.grants.unendedOf(99)).toEqual([]);
      });

      it.each(['expired', 'closed', 'renewed'] as const)('ends once: %s', async (how) => {
        const { id: userId } = await addUser();
        const { id } = await addGrant(userId);
        await stores.grants.end(id, 2000, how, entry('gate-closed'));
        expect(await stores.grants.byId(id)).toMatchObject({ endedAt: 2000, end: how });
        const before = await audit();
        await refused(stores.grants.end(id, 3000, 'closed', entry('gate-closed')), 'conflict');
        expect(await stores.grants.byId(id)).toMatchObject({ endedAt: 2000, end: how });
        expect(await audit()).toEqual(before);
      });

      it('refuses unknown grants, users and calls, and writes nothing', async () => {
        const { id: userId } = await addUser();
        const before = await audit();
        await refused(stores.grants.end(1, 1, 'closed', entry('gate-closed')), 'not-found');
        await refused(addGrant(userId + 1), 'not-found');
        await refused(addGrant(userId, { callId: 5 }), 'not-found');
        await refused(addGrant(userId, { expiresAt: 999 }), 'invalid');
        expect(await stores.grants.byId(1)).toBeUndefined();
        expect(await stores.grants.unended()).toEqual([]);
        expect(await audit()).toEqual(before);
      });

      it('rounds times down to the millisecond, so that nothing lasts longer', async () => {
        const { id: userId } = await addUser();
        const grant = await addGrant(userId, { openedAt: 1000.9, expiresAt: 9000.9 });
        expect(grant).toMatchObject({ openedAt: 1000, expiresAt: 9000 });
        await refused(addGrant(userId, { expiresAt: Number.NaN }), 'invalid');
        await refused(addGrant(userId, { expiresAt: Infinity }), 'invalid');
        const far = await addGrant(userId, { expiresAt: 4_102_444_800_000 });
        expect(far.expiresAt).toBe(4_102_444_800_000);
      });
    });

    describe('calls', () => {
      const begin = (): ReturnType<Stores['calls']['begin']> =>
        stores.calls.begin(
          { callerNumber: '555-0101', dialled: '100', beganAt: 700 },
          entry('call-began'),
        );

      it('begins and ends, each with its entry', async () => {
        const { id: userId } = await addUser();
        const call = await begin();
        expect(call).toEqual({
          id: call.id,
          callerNumber: '555-0101',
          dialled: '100',
          beganAt: 700,
          endedAt: null,
          outcome: null,
          userId: null,
        });
        expect(await stores.calls.unended()).toEqual([call]);
        await stores.calls.end(call.id, 900, 'opened', userId, entry('call-ended'));
        expect(await stores.calls.unended()).toEqual([]);
        const ended = { ...call, endedAt: 900, outcome: 'opened', userId };
        expect(await stores.calls.list({ limit: 10 })).toEqual([ended]);
        expect((await audit()).slice(0, 2)).toMatchObject([
          { kind: 'call-ended', callId: call.id },
          { kind: 'call-began', callId: call.id },
        ]);
      });

      it('ends a call once: a second end changes nothing and writes nothing', async () => {
        const { id } = await begin();
        await stores.calls.end(id, 900, 'refused', null, entry('call-ended'));
        const before = await audit();
        await stores.calls.end(id, 950, 'interrupted', null, entry('call-ended'));
        expect(await stores.calls.list({ limit: 1 })).toMatchObject([
          { endedAt: 900, outcome: 'refused' },
        ]);
        expect(await audit()).toEqual(before);
      });

      it('refuses the end of an unknown call or with an unknown user', async () => {
        const { id } = await begin();
        const before = await audit();
        await refused(
          stores.calls.end(id + 1, 1, 'failed', null, entry('call-ended')),
          'not-found',
        );
        await refused(stores.calls.end(id, 1, 'failed', 55, entry('call-ended')), 'not-found');
        expect(await stores.calls.unended()).toHaveLength(1);
        expect(await audit()).toEqual(before);
      });

      it('keeps a withheld number apart from an empty one', async () => {
        for (const callerNumber of [null, '', ...hostile]) {
          const dialled = callerNumber ?? '';
          await stores.calls.begin({ callerNumber, dialled, beganAt: 1 }, entry('call-began'));
        }
        const numbers = (await stores.calls.list({ limit: 100 })).map((call) => call.callerNumber);
        expect(numbers.reverse()).toEqual([null, '', ...hostile]);
      });
    });

    describe('paging', () => {
      it('goes newest first, without gap or repetition', async () => {
        const { id: userId } = await addUser();
        for (let i = 0; i < 25; i += 1) {
          await addGrant(userId, { openedAt: 1000 - i });
          await stores.calls.begin(
            { callerNumber: null, dialled: `${i}`, beganAt: 1 },
            entry('call-began'),
          );
        }
        const walk = async (page: (before?: number) => Promise<number[]>): Promise<number[]> => {
          const seen: number[] = [];
          for (let round = 0; round < 50; round += 1) {
            const ids = await page(seen.at(-1));
            if (ids.length === 0) return seen;
            seen.push(...ids);
          }
          throw new Error('paging does not end');
        };
        const descending = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i);
        const { grants, calls, audit: log } = stores;
        expect(
          await walk(async (before) => (await grants.list({ before, limit: 7 })).map((g) => g.id)),
        ).toEqual(descending(25));
        expect(
          await walk(async (before) => (await calls.list({ before, limit: 10 })).map((c) => c.id)),
        ).toEqual(descending(25));
        expect(
          await walk(async (before) => (await log.list({ before, limit: 1000 })).map((r) => r.seq)),
        ).toEqual(descending(51));
      });

      it('takes any `before` and refuses limits outside 1 to 1000', async () => {
        await addGrant((await addUser()).id);
        expect(await stores.grants.list({ before: 1, limit: 5 })).toEqual([]);
        expect(await stores.grants.list({ before: -3, limit: 5 })).toEqual([]);
        expect(
          await stores.grants.list({ before: Number.MAX_SAFE_INTEGER, limit: 5 }),
        ).toHaveLength(1);
        for (const limit of [0, -1, 1001, 1.5, Number.NaN, Infinity]) {
          await refused(stores.grants.list({ limit }), 'invalid');
          await refused(stores.calls.list({ limit }), 'invalid');
          await refused(stores.audit.list({ limit }), 'invalid');
        }
      });
    });

    describe('the audit log', () => {
      it('gives back every field, and only those that were given', async () => {
        const full = entry('gate-opened', {
          userId: 1,
          grantId: 2,
          callId: 3,
          address: hotel,
          detail: { reason: 'because', seconds: 1.5, again: true },
        });
        expect(await stores.audit.append(full)).toEqual({ seq: 1, ...full });
        expect(await stores.audit.append(entry('server-started'))).toStrictEqual({
          seq: 2,
          ...entry('server-started'),
        });
        const rows = await audit();
        expect(rows).toEqual([
          { seq: 2, ...entry('server-started') },
          { seq: 1, ...full },
        ]);
      });

      it('numbers its rows one by one, also after a failure', async () => {
        await stores.audit.append(entry('server-started'));
        await addUser();
        await refused(addUser(), 'conflict');
        await refused(stores.audit.append(unwritable('server-stopped')), 'store-failed');
        expect((await stores.audit.append(entry('server-stopped'))).seq).toBe(3);
      });

      it('filters by kind, user, address and call, alone and together', async () => {
        const kinds = ['gate-opened', 'gate-closed'] as const;
        const rows: AuditRow[] = [];
        for (let i = 0; i < 16; i += 1) {
          rows.unshift(
            await stores.audit.append(
              entry(kinds[i % 2] ?? 'gate-opened', {
                userId: 1 + ((i >> 1) % 2),
                address: (i >> 2) % 2 === 0 ? hotel : elsewhere,
                callId: 5 + ((i >> 3) % 2),
              }),
            ),
          );
        }
        for (let mask = 0; mask < 16; mask += 1) {
          const filter = {
            ...(mask & 1 && { kind: kinds[0] }),
            ...(mask & 2 && { userId: 2 }),
            ...(mask & 4 && { address: hotel }),
            ...(mask & 8 && { callId: 6 }),
          };
          const expected = rows.filter((row) =>
            Object.entries(filter).every(([key, value]) => row[key as keyof AuditRow] === value),
          );
          expect(await stores.audit.list({ ...filter, limit: 100 })).toEqual(expected);
          expect(await stores.audit.list({ ...filter, limit: 1 })).toEqual(expected.slice(0, 1));
        }
      });

      it.each(hostile)('keeps hostile text %# as it is', async (text) => {
        const detail = { text, [`key ${text}`]: 1 };
        await stores.audit.append(entry('address-refused', { detail, actor: `cli:${text}` }));
        expect(await audit()).toMatchObject([{ detail, actor: `cli:${text}` }]);
      });

      it('keeps its rows whatever happens to what they tell of', async () => {
        const { id } = await addUser();
        const [before] = await audit();
        await stores.users.setDisabled(id, true, entry('user-disabled'));
        expect((await audit()).at(-1)).toEqual(before);
      });
    });

    describe('lockouts', () => {
      it('knows no failures until told, keeps the last word, and forgets at nought', async () => {
        const { lockouts } = stores;
        expect(await lockouts.failuresOf('user:1')).toEqual({ count: 0, lastAt: 0 });
        await lockouts.record(
          [
            { subject: 'user:1', failures: { count: 2, lastAt: 50 } },
            { subject: 'caller:555-0101', failures: { count: 7, lastAt: 60.5 } },
          ],
          [entry('attempt-refused'), entry('lockout-began')],
        );
        expect(await lockouts.failuresOf('user:1')).toEqual({ count: 2, lastAt: 50 });
        expect(await lockouts.failuresOf('caller:555-0101')).toEqual({ count: 7, lastAt: 60 });
        expect((await audit()).map((row) => row.kind)).toEqual([
          'lockout-began',
          'attempt-refused',
        ]);
        await lockouts.record([{ subject: 'user:1', failures: { count: 0, lastAt: 70 } }], []);
        expect(await lockouts.failuresOf('user:1')).toEqual({ count: 0, lastAt: 0 });
      });

      it('tells hostile caller numbers apart', async () => {
        const { lockouts } = stores;
        const failures = (i: number) => ({ count: i + 1, lastAt: i });
        await lockouts.record(
          hostile.map((text, i) => ({ subject: `caller:${text}` as const, failures: failures(i) })),
          [],
        );
        for (const [i, text] of hostile.entries()) {
          expect(await lockouts.failuresOf(`caller:${text}`)).toEqual(failures(i));
        }
      });

      it('writes nothing when one entry cannot be written', async () => {
        const change = { subject: 'user:1', failures: { count: 1, lastAt: 1 } } as const;
        const entries = [entry('attempt-refused'), unwritable('lockout-began')];
        await refused(stores.lockouts.record([change], entries), 'store-failed');
        expect(await stores.lockouts.failuresOf('user:1')).toEqual({ count: 0, lastAt: 0 });
        expect(await audit()).toEqual([]);
      });
    });

    describe('tokens', () => {
      const add = (tokenName: string, hash: string): ReturnType<Stores['tokens']['add']> =>
        stores.tokens.add(
          { name: tokenName, role: 'auditor', createdAt: 5 },
          hash,
          entry('token-created'),
        );

      it('is found by its hash until revoked, and listed for ever', async () => {
        const token = await add('night-audit', 'h1');
        expect(token).toEqual({
          id: token.id,
          name: 'night-audit',
          role: 'auditor',
          createdAt: 5,
          revokedAt: null,
        });
        expect(await stores.tokens.byHash('h1')).toEqual(token);
        expect(await stores.tokens.byHash('h2')).toBeUndefined();
        await stores.tokens.revoke(token.id, 9, entry('token-revoked'));
        expect(await stores.tokens.byHash('h1')).toBeUndefined();
        expect(await stores.tokens.list()).toEqual([{ ...token, revokedAt: 9 }]);
        await refused(stores.tokens.revoke(token.id, 10, entry('token-revoked')), 'conflict');
        await refused(stores.tokens.revoke(99, 10, entry('token-revoked')), 'not-found');
        expect((await audit()).map((row) => row.kind)).toEqual(['token-revoked', 'token-created']);
      });

      it('refuses a taken name, revoked ones included, and a taken hash unnamed', async () => {
        const { id } = await add('ops', 'h1');
        await refused(add('ops', 'h2'), 'conflict');
        const clash = await add('other', 'h1').catch((error: Error) => error);
        expect(clash).toMatchObject({ code: 'conflict' });
        expect((clash as Error).message).not.toContain('h1');
        await stores.tokens.revoke(id, 9, entry('token-revoked'));
        await refused(add('ops', 'h3'), 'conflict');
        expect(await audit()).toHaveLength(2);
      });
    });

    it('makes no change whose entry cannot be written', async () => {
      const user = await addUser();
      const grant = await addGrant(user.id);
      const call = await stores.calls.begin(
        { callerNumber: null, dialled: '100', beganAt: 1 },
        entry('call-began'),
      );
      const token = await stores.tokens.add(
        { name: 'ops', role: 'admin', createdAt: 1 },
        'hash',
        entry('token-created'),
      );
      const everything = async (): Promise<unknown> => [
        await stores.users.list(),
        await stores.users.byKnockCode('lookup of mira'),
        await stores.grants.list({ limit: 10 }),
        await stores.calls.list({ limit: 10 }),
        await stores.tokens.list(),
        await audit(),
      ];
      const before = await everything();
      const { users, grants, calls, tokens } = stores;
      const bad = unwritable('gate-opened');
      const changes = [
        () =>
          users.add(
            { name: 'otto', services: [], createdAt: 1 },
            { knockCodeLookup: 'x', pinHash: 'y' },
            bad,
          ),
        () => users.setDisabled(user.id, true, bad),
        () => users.setPin(user.id, 'new', bad),
        () => grants.add(wanted(user.id), bad),
        () => grants.end(grant.id, 5, 'closed', bad),
        () => grants.end(grant.id, 5, 'expired', bad),
        () => calls.begin({ callerNumber: null, dialled: '100', beganAt: 1 }, bad),
        () => calls.end(call.id, 5, 'failed', null, bad),
        () => tokens.add({ name: 'more', role: 'admin', createdAt: 1 }, 'hash2', bad),
        () => tokens.revoke(token.id, 5, bad),
      ];
      for (const change of changes) await refused(change(), 'store-failed');
      expect(await everything()).toEqual(before);
    });

    it('takes many calls at once and loses none', async () => {
      const names = Array.from({ length: 50 }, (_, i) => `user${i % 25}`);
      const made = await Promise.allSettled(names.map((n) => addUser(n)));
      expect(made.filter((result) => result.status === 'fulfilled')).toHaveLength(25);
      const { id: userId } = await addUser('mira');
      const grant = await addGrant(userId);
      const ends = await Promise.allSettled(
        Array.from({ length: 10 }, () =>
          stores.grants.end(grant.id, 5, 'closed', entry('gate-closed')),
        ),
      );
      expect(ends.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      await Promise.all(
        Array.from({ length: 200 }, () => stores.audit.append(entry('gate-healed'))),
      );
      const seqs = (await audit()).map((row) => row.seq);
      expect(seqs).toEqual(Array.from({ length: 228 }, (_, i) => 228 - i));
    });

    it('refuses work after it was closed', async () => {
      stores.close();
      await refused(stores.users.list(), 'store-failed');
      await refused(addUser(), 'store-failed');
      await refused(stores.users.setPin(1, 'x', entry('pin-reset')), 'store-failed');
    });
  });
}
