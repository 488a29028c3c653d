import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  eventAdministration,
  maySee,
  type EventAdministration,
} from '../../src/access/administration/events.ts';
import type { Following, Happening } from '../../src/access/following.ts';
import { alarmKinds, auditKinds, type AuditKind, type AuditRow } from '../../src/domain/attempt.ts';
import type { AuditLog, Stores } from '../../src/domain/ports.ts';
import type { Role } from '../../src/domain/token.ts';
import { createMemoryStores } from '../fakes/stores.ts';

let stores: Stores;
let events: EventAdministration;
/** Those that are set, to be rung by hand. */
let alarms: Set<() => void>;

const timer = (_seconds: number, ring: () => void) => {
  alarms.add(ring);
  return { cancel: () => void alarms.delete(ring) };
};
const ringAll = (): void => {
  for (const ring of [...alarms]) {
    alarms.delete(ring);
    ring();
  }
};

beforeEach(() => {
  stores = createMemoryStores();
  alarms = new Set();
  events = eventAdministration({ stores, timer });
});

const put = (...kinds: AuditKind[]): Promise<unknown> =>
  Promise.all(kinds.map((kind) => stores.audit.append({ at: 1, actor: 'system', kind })));

const follow = (after?: number, role: Role = 'admin', by = 'ops'): Promise<Following> =>
  events.follow({ by: `token:${by}`, role, after });

/** In short: the numbers of rows, or the happening. */
async function next(following: Following): Promise<unknown> {
  const happening = await following.next();
  return happening?.kind === 'rows' ? happening.rows.map(({ seq }) => seq) : happening;
}

/** Whether there is nothing to say for now. */
async function isWaiting(asked: Promise<unknown>): Promise<boolean> {
  for (let i = 0; i < 20; i += 1) await turn();
  return Promise.race([asked.then(() => false), Promise.resolve(true)]);
}

describe('following the record', () => {
  it('begins now, and goes on as rows are written', async () => {
    await put('server-started', 'call-began');
    const following = await follow();
    const first = next(following);
    expect(await isWaiting(first)).toBe(true);
    await put('call-ended');
    expect(await first).toEqual([3]);
    await put('gate-opened', 'gate-used');
    expect(await next(following)).toEqual([4, 5]);
  });

  it('misses nothing that is written while nobody asks', async () => {
    const following = await follow();
    await put('call-began');
    await put('call-ended');
    expect(await next(following)).toEqual([1, 2]);
  });

  it('goes on after a row, by pieces', async () => {
    await put(...Array<AuditKind>(120).fill('call-began'));
    const following = await follow(3);
    const pieces = [await next(following), await next(following), await next(following)];
    expect(pieces.map((piece) => (piece as number[]).length)).toEqual([50, 50, 17]);
    expect(pieces.flat()).toEqual(Array.from({ length: 117 }, (_, i) => i + 4));
    expect(await isWaiting(next(following))).toBe(true);
  });

  it('reads nothing ahead of who reads slowly', async () => {
    let reads = 0;
    const { audit } = stores;
    const counting: AuditLog = {
      ...audit,
      after: (...asked) => {
        reads += 1;
        return audit.after(...asked);
      },
    };
    events = eventAdministration({ stores: { ...stores, audit: counting }, timer });
    const following = await follow();
    for (let i = 0; i < 300; i += 1) await put('call-began');
    expect(reads).toBe(0);
    expect(await next(following)).toHaveLength(50);
    expect(reads).toBe(1);
  });

  it('says a word after a while of nothing, which tells how far it goes', async () => {
    await put('server-started');
    const following = await follow();
    const first = next(following);
    expect(await isWaiting(first)).toBe(true);
    ringAll();
    expect(await first).toEqual({ kind: 'quiet', seq: 1 });
    // what another process has written nobody tells us of
    const { audit } = stores;
    let silent = true;
    const deaf: AuditLog = {
      ...audit,
      watch: (told) => audit.watch(() => void (silent || told())),
    };
    events = eventAdministration({ stores: { ...stores, audit: deaf }, timer });
    const other = await follow();
    const second = next(other);
    await put('call-began');
    expect(await isWaiting(second)).toBe(true);
    ringAll();
    expect(await second).toEqual([2]);
    silent = false;
  });

  it('says the word also when there is much that is not for this reader', async () => {
    const following = await follow(undefined, 'operator');
    const asked = next(following);
    for (let i = 0; i < 5; i += 1) await put('user-created');
    expect(await isWaiting(asked)).toBe(true);
    ringAll();
    expect(await asked).toEqual({ kind: 'quiet', seq: 5 });
  });

  it('tells of rows that were removed', async () => {
    await put(...Array<AuditKind>(10).fill('call-began'));
    const { audit } = stores;
    const removed = async (seq: number, limit: number): Promise<AuditRow[]> =>
      (await audit.after(Math.max(seq, 6), limit)).slice();
    events = eventAdministration({
      stores: { ...stores, audit: { ...audit, after: removed } },
      timer,
    });
    const following = await follow(2);
    expect(await next(following)).toEqual({ kind: 'gap', after: 2, from: 7 });
    expect(await next(following)).toEqual([7, 8, 9, 10]);
    const whole = await follow(6);
    expect(await next(whole)).toEqual([7, 8, 9, 10]);
  });

  it('tells whoever comes from another record, or is too far behind, to look anew', async () => {
    await put('call-began', 'call-ended');
    const following = await follow(900);
    expect(await next(following)).toEqual({ kind: 'gap', after: 900, from: 3 });
    const asked = next(following);
    await put('gate-opened');
    expect(await asked).toEqual([3]);

    const { audit } = stores;
    const long: AuditLog = { ...audit, ends: () => Promise.resolve({ first: 1, last: 50_000 }) };
    events = eventAdministration({ stores: { ...stores, audit: long }, timer });
    const behind = await follow(0);
    expect(await next(behind)).toEqual({ kind: 'gap', after: 0, from: 40_001 });
  });

  it('ends at once when it is ended, also while it waits', async () => {
    const following = await follow();
    const asked = following.next();
    expect(await isWaiting(asked)).toBe(true);
    following.end();
    expect(await asked).toBeUndefined();
    expect(await following.next()).toBeUndefined();
    await put('call-began');
    expect(alarms.size).toBe(0);
  });

  it('fails where the record cannot be read', async () => {
    const { audit } = stores;
    const failing: AuditLog = { ...audit, after: () => Promise.reject(new Error('no disk')) };
    events = eventAdministration({ stores: { ...stores, audit: failing }, timer });
    await expect((await follow()).next()).rejects.toThrow('no disk');
  });
});

describe('who may follow', () => {
  it('an operator sees calls, the gate, locks and alarms; the others everything', async () => {
    await put(...auditKinds);
    const seen = async (role: Role): Promise<string[]> => {
      const kinds: string[] = [];
      const following = await follow(0, role);
      let happening: Happening | undefined;
      const last = auditKinds.findLast((kind) => maySee(role, kind));
      do {
        happening = await following.next();
        if (happening?.kind === 'rows') kinds.push(...happening.rows.map(({ kind }) => kind));
      } while (happening && kinds.at(-1) !== last);
      return kinds;
    };
    expect(await seen('admin')).toEqual([...auditKinds]);
    expect(await seen('auditor')).toEqual([...auditKinds]);
    const operator = await seen('operator');
    expect(operator).toEqual(expect.arrayContaining([...alarmKinds]));
    expect(
      operator.filter((kind) => /^(user|token|pin|entry|signed|knock-code-reset)/.test(kind)),
    ).toEqual([]);
    expect(operator).toEqual(expect.arrayContaining(['call-began', 'gate-used', 'lockout-ended']));
  });

  it('so many at once, of one and in all', async () => {
    const own = await Promise.all(Array.from({ length: 8 }, () => follow()));
    await expect(follow()).rejects.toMatchObject({ code: 'too-many-requests' });
    own[0]?.end();
    own[0]?.end();
    await follow();
    await expect(follow()).rejects.toMatchObject({ code: 'too-many-requests' });
    for (let i = 0; i < 56; i += 1) await follow(undefined, 'admin', `t${i}`);
    await expect(follow(undefined, 'admin', 'another')).rejects.toMatchObject({
      code: 'too-many-requests',
    });
  });

  it('nobody when the server stops', async () => {
    const following = await follow();
    const asked = following.next();
    events.endFollowing();
    expect(await asked).toBeUndefined();
    expect(await (await follow()).next()).toBeUndefined();
    expect(alarms.size).toBe(0);
  });
});
