import { beforeEach, describe, expect, it } from 'vitest';
import {
  sessionAdministration,
  type SessionAdministration,
} from '../../src/access/administration/sessions.ts';
import { tokenHash } from '../../src/access/secrets.ts';
import type { Stores } from '../../src/domain/ports.ts';
import type { Role, Token } from '../../src/domain/token.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const minute = 60_000;
const hour = 60 * minute;

let clock: { time: number };
let stores: Stores;
let sessions: SessionAdministration;

beforeEach(() => {
  clock = { time: Date.UTC(2025, 5, 1, 12) };
  stores = createMemoryStores();
  sessions = sessionAdministration({ stores, clock: { now: () => clock.time }, sessionIdle: 1800 });
});

/** A token, whose secret is its name. */
const addToken = (
  name: string,
  { role = 'admin', expiresAt = null }: { role?: Role; expiresAt?: number | null } = {},
): Promise<Token> =>
  stores.tokens.add({ name, role, createdAt: 1, expiresAt }, tokenHash(name), {
    at: 1,
    actor: 'cli:local',
    kind: 'token-created',
  });

const signedIn = async (name = 'ops'): Promise<string> => (await sessions.signIn(name)).secret;
const holds = async (secret: string, use = true): Promise<boolean> =>
  (await sessions.session(secret, use)) !== undefined;

describe('a session', () => {
  beforeEach(() => addToken('ops'));

  it('is begun by a live token alone, and that is on record without the secret', async () => {
    const { secret, token, endsAt } = await sessions.signIn('ops');
    expect([token.name, endsAt]).toEqual(['ops', clock.time + 30 * minute]);
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const rows = await stores.audit.list({ limit: 10 });
    expect(rows[0]).toMatchObject({
      kind: 'signed-in',
      actor: 'token:ops',
      detail: { until: '2025-06-02T00:00:00.000Z' },
    });
    expect(JSON.stringify(rows)).not.toContain(secret);
    for (const wrong of ['nobody', '', secret]) {
      await expect(sessions.signIn(wrong)).rejects.toMatchObject({ code: 'unauthorized' });
    }
    expect(await stores.audit.list({ limit: 10 })).toHaveLength(2);
  });

  it('is not begun where it cannot be put on record', async () => {
    const { audit } = stores;
    const failing: Stores = {
      ...stores,
      audit: { ...audit, append: () => Promise.reject(new Error('full')) },
    };
    sessions = sessionAdministration({
      stores: failing,
      clock: { now: () => clock.time },
      sessionIdle: 60,
    });
    await expect(sessions.signIn('ops')).rejects.toThrow('full');
  });

  it('is another with each sign-in, and no other secret holds', async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    expect(first).not.toBe(second);
    expect(await holds(first)).toBe(true);
    expect(await holds(second)).toBe(true);
    for (const wrong of ['', first.slice(1), first.toLowerCase(), tokenHash(first)]) {
      expect(await holds(wrong)).toBe(false);
    }
  });

  it('ends when it was not used for its time, and being looked at is no use', async () => {
    const secret = await signedIn();
    clock.time += 29 * minute;
    expect(await sessions.session(secret, false)).toMatchObject({ endsAt: clock.time + minute });
    clock.time += minute;
    expect(await holds(secret, false)).toBe(false);
    clock.time -= minute;
    expect(await holds(secret)).toBe(false);
  });

  it('lasts while it is used, and twelve hours at most', async () => {
    const began = clock.time;
    const secret = await signedIn();
    for (let i = 0; i < 30; i += 1) {
      expect(await holds(secret)).toBe(true);
      clock.time += 24 * minute;
    }
    clock.time = began + 12 * hour - 1;
    expect(await sessions.session(secret, true)).toMatchObject({ endsAt: began + 12 * hour });
    clock.time += 1;
    expect(await holds(secret)).toBe(false);
  });

  it('ends with its token: revoked, or over', async () => {
    const until = clock.time + 10 * minute;
    const token = await addToken('brief', { expiresAt: until });
    const [own, brief] = [await signedIn(), await signedIn('brief')];
    expect(await sessions.session(brief, true)).toMatchObject({ endsAt: until });
    clock.time = until;
    expect(await holds(brief)).toBe(false);
    expect(await holds(own)).toBe(true);
    const ops = await stores.tokens.byName('ops');
    const entry = { at: 1, actor: 'cli:local', kind: 'token-revoked' } as const;
    await stores.tokens.revoke(ops?.id ?? token.id, clock.time, entry);
    expect(await holds(own)).toBe(false);
    await expect(signedIn()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('has the role that its token has at each use', async () => {
    const secret = await signedIn();
    const { tokens } = stores;
    const lesser: Stores = {
      ...stores,
      tokens: {
        ...tokens,
        byName: async (name) => {
          const token = await tokens.byName(name);
          return token && { ...token, role: 'auditor' };
        },
      },
    };
    Object.assign(stores, lesser);
    // the same sessions, over stores that changed
    expect((await sessions.session(secret, true))?.token.role).toBe('auditor');
  });

  it('is not made longer by a clock that is set back', async () => {
    const secret = await signedIn();
    clock.time += 20 * minute;
    expect(await holds(secret)).toBe(true);
    clock.time -= 4 * minute;
    expect(await holds(secret, false)).toBe(true);
    clock.time -= 2 * minute;
    expect(await holds(secret)).toBe(false);
  });

  it('ends when it is signed out of, which is on record once', async () => {
    const [leaving, staying] = [await signedIn(), await signedIn()];
    await sessions.signOut(leaving, 'token:ops');
    await sessions.signOut(leaving, 'token:ops');
    expect([await holds(leaving), await holds(staying)]).toEqual([false, true]);
    const kinds = (await stores.audit.list({ limit: 10 })).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'signed-out')).toHaveLength(1);
  });

  it('that is signed out of while it is looked up does not come back', async () => {
    const secret = await signedIn();
    const looking = sessions.session(secret, true);
    await sessions.signOut(secret, 'token:ops');
    expect(await looking).toBeUndefined();
    expect(await holds(secret)).toBe(false);
  });
});

describe('sessions are bounded in number', () => {
  it('of one token: the one that was not used for longest goes', async () => {
    await addToken('ops');
    const first = await signedIn();
    const second = await signedIn();
    for (let i = 0; i < 18; i += 1) await signedIn();
    expect(await holds(first)).toBe(true);
    await signedIn();
    expect([await holds(first), await holds(second)]).toEqual([true, false]);
  });

  it('begun by one token in a minute, as each is a row of the record', async () => {
    await addToken('ops');
    await addToken('eyes', { role: 'auditor' });
    for (let i = 0; i < 60; i += 1) await signedIn('eyes');
    await expect(signedIn('eyes')).rejects.toMatchObject({ code: 'too-many-requests' });
    expect((await stores.audit.list({ limit: 1000, kind: 'signed-in' })).length).toBe(60);
    // nobody else waits for it, and a clock that is set back keeps nobody out for long
    await signedIn('ops');
    clock.time -= hour;
    await expect(signedIn('eyes')).rejects.toMatchObject({ code: 'too-many-requests' });
    clock.time += minute;
    await signedIn('eyes');
  });

  it('in all', async () => {
    const secrets: string[] = [];
    for (let token = 0; token < 51; token += 1) {
      await addToken(`t${token}`);
      for (let i = 0; i < 20; i += 1) secrets.push(await signedIn(`t${token}`));
    }
    const held = await Promise.all(secrets.map((secret) => holds(secret, false)));
    expect(held.filter(Boolean)).toHaveLength(1000);
    expect(held.slice(0, 20)).toEqual(Array(20).fill(false));
  });
});
