import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/access/gate.ts';
import { createNotMe } from '../../../src/access/notices/not-me.ts';
import { createNotMeLinks } from '../../../src/access/notices/not-me-link.ts';
import { parseNetwork } from '../../../src/domain/address.ts';
import { AccessError } from '../../../src/domain/access-error.ts';
import { address } from '../../contract/stores/bench.ts';
import { DryRunFirewall } from '../../../src/firewall/dry-run.ts';
import { createDesk, links } from './workshop.ts';

const site = { language: 'en', timeZone: 'UTC' };
const hotel = address('203.0.113.7');
const elsewhere = address('198.51.100.9');

describe('a link', () => {
  const claim = { grantId: 41, at: 1_000_000, until: 2_000_000 };
  const signed = links.sign(claim);

  it('is good until its time is over, for its own grant', () => {
    expect(links.read(signed, 1_999_999)).toEqual(claim);
    expect(links.read(signed, 2_000_000)).toBeUndefined();
    expect(signed).toMatch(/^[A-Za-z0-9._-]{1,90}$/);
  });

  it('that was altered, or made with another key, is none', () => {
    const [id = '', at = '', until = '', mac = ''] = signed.split('.');
    const others = [
      `${(42).toString(36)}.${at}.${until}.${mac}`,
      `${id}.${at}.zzzzzzz.${mac}`,
      `0${id}.${at}.${until}.${mac}`,
      `${id}.${at}.${until}.${mac.slice(0, -1)}`,
      `${id}.${at}.${until}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`,
      `${id}.${at}.${until}`,
      `${id}.${at}.${until}.`,
      '',
      signed.toUpperCase(),
      `${signed}\n`,
      createNotMeLinks(Buffer.alloc(32, 8)).sign(claim),
      // the key file itself is not what signs
      `${id}.${at}.${until}.${createHmac('sha256', Buffer.alloc(32, 9)).update(`${id}.${at}.${until}`).digest('base64url')}`,
      `${id}.${until}.${mac}`,
      `${id}.${until}.${until}.${mac}`,
    ];
    for (const other of others) expect(links.read(other, 1)).toBeUndefined();
  });
});

const all = ['0.0.0.0/0'].flatMap((text) => parseNetwork(text) ?? []);

/** A real gate on real stores; the firewall fails when a test says so. */
function house() {
  const desk = createDesk();
  const { stores, time } = desk;
  const dry = new DryRunFirewall(
    {
      services: ['web'],
      longest: 86_400,
      mostAddresses: 9,
      networks: true,
      standing: { most: 9, widest4: 16, widest6: 32 },
    },
    time.clock,
    () => undefined,
  );
  const helper = { away: false, hangs: false };
  const firewall = new Proxy(dry, {
    get(target, name: keyof DryRunFirewall) {
      const own = target[name] as unknown;
      if (typeof own !== 'function') return own;
      if (name === 'close' || name === 'open') {
        return (...given: unknown[]): unknown => {
          if (helper.hangs) return new Promise(() => undefined);
          if (helper.away) throw new AccessError('firewall-unavailable', 'away');
          return (own as (...all: unknown[]) => unknown).apply(target, given);
        };
      }
      return (own as (...all: unknown[]) => unknown).bind(target);
    },
  });
  const gate = createGate({
    stores,
    firewall,
    clock: time.clock,
    steady: () => performance.now(),
    rules: {
      services: ['web'],
      openFor: 14_400,
      longest: 86_400,
      mostOpen: 5,
      addresses: () => ({ own: [], alsoAllowed: all }),
    },
  });
  const notMe = createNotMe({ stores, gate, links, ...time, site });
  const sign = (grantId: number): string =>
    links.sign({ grantId, at: time.clock.now(), until: time.clock.now() + 86_400_000 });
  const told = async (): Promise<string[]> =>
    (await stores.audit.list({ limit: 1000 }))
      .toReversed()
      .filter(({ kind }) => /^(user-(disabled|enabled)|gate-)/.test(kind))
      .map(({ kind, actor, grantId }) => `${kind} ${grantId ?? '-'} by ${actor}`);
  return { ...desk, gate, dry, helper, notMe, sign, told };
}

describe('"this was not me"', () => {
  it('disables the user first, closes all that is theirs, and nobody else’s', async () => {
    const { addUser, gate, dry, notMe, sign, stores, told } = house();
    const mira = await addUser('mira', null, 'de');
    const otto = await addUser('otto');
    const by = 'call:1' as const;
    const first = await gate.open({ userId: mira.id, address: hotel, by });
    await gate.open({ userId: mira.id, address: elsewhere, by });
    await gate.open({ userId: otto.id, address: elsewhere, by });
    const signed = sign(first.id);
    expect(await notMe.look(signed)).toEqual({
      address: hotel,
      openedAt: first.openedAt,
      language: 'de',
      used: false,
    });
    expect((await stores.users.byId(mira.id))?.disabled).toBe(false);
    expect(await notMe.confirm(signed)).toMatchObject({ outcome: 'closed' });
    expect((await told()).slice(3)).toEqual([
      'user-disabled 1 by link:1',
      'gate-closed 1 by link:1',
      'gate-closed 2 by link:1',
    ]);
    expect((await dry.list()).map((open) => open.address)).toEqual([elsewhere]);
    expect((await stores.users.byId(mira.id))?.disabled).toBe(true);
    expect((await stores.users.byId(otto.id))?.disabled).toBe(false);
  });

  it('pressed again, or twice at once, does it once; after an administrator has looked, nothing', async () => {
    const { addUser, gate, notMe, sign, stores, told } = house();
    const mira = await addUser('mira');
    const grant = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
    const signed = sign(grant.id);
    const both = await Promise.all([notMe.confirm(signed), notMe.confirm(signed)]);
    expect(both.map((done) => done?.outcome)).toEqual(['closed', 'before']);
    expect((await told()).filter((row) => row.startsWith('user-disabled'))).toHaveLength(1);
    await stores.users.change(
      mira.id,
      { disabled: false },
      { at: 1, actor: 'cli:ops', kind: 'user-enabled' },
    );
    await gate.open({ userId: mira.id, address: hotel, by: 'call:2' });
    expect(await notMe.look(signed)).toMatchObject({ used: true });
    expect(await notMe.confirm(signed)).toMatchObject({ outcome: 'before' });
    expect((await stores.users.byId(mira.id))?.disabled).toBe(false);
    expect(await gate.openOf(mira.id)).toHaveLength(1);
  });

  it('works for a grant that has ended, or was extended by whoever it was', async () => {
    const { addUser, gate, notMe, sign } = house();
    const mira = await addUser('mira');
    const first = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
    await gate.open({ userId: mira.id, address: hotel, extends: first.id, by: 'call:1' });
    expect(await notMe.confirm(sign(first.id))).toMatchObject({ outcome: 'closed' });
    expect(await gate.openOf(mira.id)).toEqual([]);
  });

  it('comes before an opening that is under way in a call', async () => {
    const { addUser, gate, dry, notMe, sign } = house();
    const mira = await addUser('mira');
    const grant = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
    const results = await Promise.allSettled([
      gate.open({ userId: mira.id, address: elsewhere, revision: mira.revision, by: 'call:1' }),
      notMe.confirm(sign(grant.id)),
      gate.open({ userId: mira.id, address: elsewhere, revision: mira.revision, by: 'call:1' }),
    ]);
    expect(results[2].status).toBe('rejected');
    expect(await gate.openOf(mira.id)).toEqual([]);
    expect(await dry.list()).toEqual([]);
    await expect(
      gate.open({ userId: mira.id, address: hotel, by: 'call:1' }),
    ).rejects.toMatchObject({ code: 'user-disabled' });
  });

  it.each(['away', 'hangs'] as const)(
    'says what may be open still while the helper is %s, and it is shut when it is back',
    async (how) => {
      const { addUser, gate, dry, helper, notMe, sign, stores, time } = house();
      const mira = await addUser('mira');
      const grant = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
      helper[how] = true;
      const pressed = notMe.confirm(sign(grant.id));
      await time.pass(9);
      expect(await pressed).toMatchObject({
        outcome: 'unconfirmed',
        open: [{ address: hotel, until: grant.expiresAt }],
      });
      expect((await stores.users.byId(mira.id))?.disabled).toBe(true);
      helper[how] = false;
      // the reconciler's question: what shall be open
      expect(await gate.desired()).toEqual([]);
      await dry.sync(await gate.desired());
      expect(await dry.list()).toEqual([]);
    },
  );

  it('closes what can be closed where the record cannot be written, and says that it failed', async () => {
    const { addUser, gate, dry, notMe, sign, stores } = house();
    const mira = await addUser('mira');
    const grant = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
    const signed = sign(grant.id);
    const fails = (): Promise<never> => Promise.reject(new AccessError('store-failed', 'full'));
    const broken = createNotMe({
      stores: { ...stores, users: { ...stores.users, change: fails } },
      gate,
      links,
      ...createDesk().time,
      site,
    });
    expect(await broken.confirm(signed)).toMatchObject({ outcome: 'failed' });
    expect(await dry.list()).toEqual([]);
    expect(await notMe.confirm(signed)).toMatchObject({ outcome: 'closed' });
  });

  it('knows nothing of links that are over, forged, or of grants that never were', async () => {
    const { addUser, gate, notMe, sign, time, told } = house();
    const mira = await addUser('mira');
    const grant = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
    const over = links.sign({
      grantId: grant.id,
      at: time.clock.now(),
      until: time.clock.now() - 1000,
    });
    const forged = createNotMeLinks(Buffer.alloc(32, 1)).sign({
      grantId: grant.id,
      at: time.clock.now(),
      until: 9e12,
    });
    for (const bad of [over, forged, sign(99), 'x', '']) {
      expect(await notMe.look(bad)).toBeUndefined();
      expect(await notMe.confirm(bad)).toBeUndefined();
    }
    expect(await told()).toEqual(['gate-opened 1 by call:1']);
  });

  it('is for the opening that it was sent about, not for one that has its number after a backup was restored', async () => {
    const { addUser, gate, notMe, stores, time } = house();
    const mira = await addUser('mira');
    // of an opening that the restored database knows nothing of
    const [at, until] = [time.clock.now(), time.clock.now() + 86_400_000];
    const before = links.sign({ grantId: 1, at, until });
    await time.pass(3600);
    const grant = await gate.open({ userId: mira.id, address: hotel, by: 'call:1' });
    expect(grant.id).toBe(1);
    expect(await notMe.look(before)).toBeUndefined();
    expect(await notMe.confirm(before)).toBeUndefined();
    expect((await stores.users.byId(mira.id))?.disabled).toBe(false);
    expect(await gate.openOf(mira.id)).toHaveLength(1);
  });
});
