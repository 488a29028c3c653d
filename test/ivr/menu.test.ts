import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { parseAddress } from '../../src/domain/address.ts';
import type { CallerScript } from '../fakes/line.ts';
import { answering, here, house as anyHouse, inside, type HouseOptions } from './house.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const house = (options: HouseOptions = {}) => anyHouse({ pairing: false, ...options });
const other = parseAddress('203.0.113.8')!;

/** What was said after the gate was open. */
const afterwards = (said: readonly string[]): string[] => said.slice(said.indexOf('opened'));

test('hear again tells the time left and the server’s address', async () => {
  const { phone, rendered } = await house();
  const { line } = await phone(answering({ ...inside, menu: ['1', '9'] }));
  expect(afterwards(line.said)).toEqual([
    'opened',
    'server-address',
    'menu',
    'open-address',
    'server-address',
    'menu',
    'goodbye',
  ]);
  const said = rendered.find((p) => p.name === 'open-address');
  expect(said).toMatchObject({ address: here });
  expect(said && 'seconds' in said && said.seconds).toBeLessThanOrEqual(3600);
  expect(said && 'seconds' in said && said.seconds).toBeGreaterThan(3500);
});

test('extend gives the whole time from now on', async () => {
  const { phone, firewall, stores } = await house();
  await phone((prompt, caller, heard) => {
    if (prompt !== 'menu') return answering(inside)(prompt, caller, heard);
    if (heard === 1) setTimeout(() => caller.key('2'), 10_000);
    else caller.key('9');
  });
  const left = (await firewall.list())[0]?.services[0]?.seconds ?? 0;
  expect(left).toBeGreaterThan(3590);
  const grants = await stores.grants.list({ limit: 5 });
  expect(grants.map(({ end }) => end)).toEqual([null, 'renewed']);
});

test('what an administrator has closed meanwhile is not extended', async () => {
  const it = await house();
  const { line } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'menu' && heard === 1) {
      void it.gate.close(1, 'cli:somebody').then(() => caller.key('2'));
    } else if (prompt === 'menu') caller.key('9');
    else answering(inside)(prompt, caller, heard);
  });
  expect(line.said).toContain('nothing-open');
  expect(await it.open()).toEqual([]);
});

test('an extension that fails is said, and the call goes on', async () => {
  const it = await house();
  const { line, call } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'menu' && heard === 1) {
      vi.spyOn(it.firewall, 'open').mockRejectedValue(
        new AccessError('firewall-unavailable', 'The helper does not answer.'),
      );
      caller.key('2');
    } else if (prompt === 'menu') caller.key('9');
    else answering(inside)(prompt, caller, heard);
  });
  expect(line.said.slice(-3)).toEqual(['nothing-opened', 'menu', 'goodbye']);
  expect(call?.outcome).toBe('opened');
});

test('every open address is told with the time it has left', async () => {
  const it = await house();
  await it.gate.open({ userId: 1, address: other, by: 'system', seconds: 600 });
  await it.phone(answering({ ...inside, menu: ['3', '9'] }));
  const told = it.rendered.filter((p) => p.name === 'open-address');
  expect(told.map((p) => p.address)).toEqual([other, here]);
  expect(Math.round(told[0]!.seconds)).toBeLessThanOrEqual(600);
});

test('one address is closed, the other stays', async () => {
  const it = await house();
  await it.gate.open({ userId: 1, address: other, by: 'system' });
  const { line } = await it.phone(
    answering({ ...inside, menu: ['4', '9'], 'close-which': ['2', '1'] }),
  );
  expect(await it.open()).toEqual([other]);
  expect(line.said).toContain('closed-one');
});

test('0 closes all of mine, and nobody else’s', async () => {
  const it = await house();
  await it.stores.users.add(
    { ...it.user, name: 'another' },
    { knockCodeLookup: 'y', pinHash: 'y' },
    { at: 0, actor: 'system', kind: 'user-created' },
  );
  await it.gate.open({ userId: 2, address: other, by: 'system' });
  const { line } = await it.phone(
    answering({ ...inside, menu: ['4', '4', '9'], 'close-which': '0' }),
  );
  expect(await it.open()).toEqual([other]);
  expect(line.said).toContain('closed-all');
  expect(line.said).toContain('nothing-open');
});

test('a star closes nothing', async () => {
  const it = await house();
  await it.phone(answering({ ...inside, menu: ['4', '9'], 'close-which': '*' }));
  expect(await it.open()).toEqual([here]);
});

test('a closing that is not confirmed is not said to be one', async () => {
  const it = await house();
  const { line } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'close-which') {
      vi.spyOn(it.firewall, 'close').mockRejectedValue(
        new AccessError('firewall-unavailable', 'The helper does not answer.'),
      );
    }
    answering({ ...inside, menu: ['4', '9'], 'close-which': '1' })(prompt, caller, heard);
  });
  expect(line.said).toContain('not-closed');
  expect(line.said).not.toContain('closed-one');
});

/** The administrator opens the address anew while the caller is asked which to close. */
const renewedMeanwhile =
  (it: Awaited<ReturnType<typeof house>>, keys: string): CallerScript =>
  (prompt, caller, heard) => {
    if (prompt === 'close-which') {
      void it.gate
        .open({ userId: 1, address: here, by: 'cli:somebody' })
        .then(() => caller.key(keys));
    } else answering({ ...inside, menu: ['4', '9'] })(prompt, caller, heard);
  };

test('what was opened anew meanwhile is closed as well', async () => {
  const it = await house();
  const { line } = await it.phone(renewedMeanwhile(it, '1'));
  expect(await it.open()).toEqual([]);
  expect(line.said).toContain('closed-one');
});

test('and is not said to be closed where it is not', async () => {
  const it = await house();
  vi.spyOn(it.firewall, 'close').mockRejectedValue(
    new AccessError('firewall-unavailable', 'The helper does not answer.'),
  );
  const { line } = await it.phone(renewedMeanwhile(it, '1'));
  expect(line.said).toContain('not-closed');
  expect(line.said).not.toContain('closed-one');
});

test('what somebody has closed meanwhile is closed', async () => {
  const it = await house();
  const { line } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'close-which') void it.gate.close(1, 'cli:somebody').then(() => caller.key('1'));
    else answering({ ...inside, menu: ['4', '9'] })(prompt, caller, heard);
  });
  expect(line.said).toContain('closed-one');
});

test.each(['1', '0'])(
  'where the record cannot be read, %s is not said to be done, and is done later',
  async (keys) => {
    const it = await house();
    const { line } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'close-which') {
        const full = new AccessError('store-failed', 'The disk is full.');
        vi.spyOn(it.stores.grants, 'byId').mockRejectedValue(full);
        vi.spyOn(it.stores.grants, 'unendedOf').mockRejectedValueOnce(full);
      }
      answering({ ...inside, menu: ['4', '9'], 'close-which': keys })(prompt, caller, heard);
    });
    expect(line.said).toContain('not-closed');
    expect(await it.gate.desired()).toEqual([]);
  },
);

test('a call that extends what was open before has opened something', async () => {
  const it = await house({ mostOpen: 1 });
  await it.gate.open({ userId: 1, address: other, by: 'system', seconds: 600 });
  const { call } = await it.phone(answering({ ...inside, 'close-oldest': '2', menu: ['2', '9'] }));
  expect(call).toMatchObject({ outcome: 'opened', userId: 1 });
});

test('another address, in the same call', async () => {
  const it = await house();
  const { line } = await it.phone(
    answering({
      ...inside,
      address: ['203*0*113*7#', '203*0*113*8#'],
      'read-back': '1',
      menu: ['5', '9'],
    }),
  );
  expect((await it.open()).toSorted()).toEqual([here, other]);
  expect(line.said.filter((name) => name === 'opened')).toHaveLength(2);
});

test('the server’s address again; and where it is not known, that is said', async () => {
  const known = await house();
  const one = await known.phone(answering({ ...inside, menu: ['6', '9'] }));
  expect(one.line.said.filter((name) => name === 'server-address')).toHaveLength(2);
  const unknown = await house({ parts: { externalAddress: () => undefined } });
  const two = await unknown.phone(answering({ ...inside, menu: ['6', '9'] }));
  expect(two.line.said).toContain('server-address-unknown');
  expect(two.line.said).not.toContain('server-address');
});

test('the whole visit typed ahead: opened, listed, closed, goodbye', async () => {
  const { phone, open } = await house();
  const { line } = await phone(
    () => undefined,
    (caller) => caller.key('233*245*478#4711#203*0*113*7#134019'.replace('134019', '1409')),
  );
  expect(await open()).toEqual([]);
  expect(line.said).toEqual(['goodbye']);
});

test('silence at the menu ends the call, and the gate stays open', async () => {
  const { phone, open } = await house();
  const { line, call } = await phone(answering(inside));
  expect(line.said.at(-1)).toBe('goodbye');
  expect(await open()).toEqual([here]);
  expect(call?.outcome).toBe('opened');
});

test('when the first packet comes, the caller is told at once, once', async () => {
  const it = await house();
  const { line } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'menu' && heard === 1) setTimeout(() => it.firewall.packets.set(here, 3), 1500);
    answering(inside)(prompt, caller, heard);
  });
  const said = afterwards(line.said);
  expect(said.slice(2, 5)).toEqual(['menu', 'arrived', 'menu']);
  // the news cut the menu short
  expect(line.cutShort).toContain('menu');
  expect(said.filter((name) => name === 'arrived')).toHaveLength(1);
  expect(said).not.toContain('not-arrived');
});

test('when nothing comes for a while, that is said once, and an arrival after it as well', async () => {
  const it = await house();
  const { line } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'not-arrived') setTimeout(() => it.firewall.packets.set(here, 1), 6000);
    answering(inside)(prompt, caller, heard);
  });
  const news = line.said.filter((name) => name.endsWith('arrived'));
  expect(news).toEqual(['not-arrived', 'arrived']);
});

test('news does not break into an answer that has been begun', async () => {
  const it = await house();
  const { line } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'close-which') it.firewall.packets.set(here, 1);
    answering({ ...inside, menu: ['4', '9'], 'close-which': '1' })(prompt, caller, heard);
  });
  expect(line.said).toContain('closed-one');
});

test('while the helper does not answer, nothing is said of arrival', async () => {
  const it = await house();
  vi.spyOn(it.firewall, 'packetsFrom').mockRejectedValue(
    new AccessError('firewall-unavailable', 'The helper does not answer.'),
  );
  const { line } = await it.phone(answering(inside));
  expect(line.said.filter((name) => name.endsWith('arrived'))).toEqual([]);
});

test('looking ends with the call', async () => {
  const it = await house();
  const looks = vi.spyOn(it.firewall, 'packetsFrom');
  await it.phone(answering({ ...inside, menu: '9' }));
  const before = looks.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks.mock.calls.length).toBe(before);
});

test.each(['opened', 'server-address', 'menu', 'open-address', 'close-which', 'closed-one'])(
  'hanging up at %s leaves the record right',
  async (at) => {
    const it = await house();
    const { call } = await it.phone((prompt, caller, heard) => {
      if (prompt === at) void caller.hangUp();
      else answering({ ...inside, menu: ['3', '4'], 'close-which': '1' })(prompt, caller, heard);
    });
    expect(call).toMatchObject({ outcome: 'opened', userId: 1 });
    expect(it.faults).toEqual([]);
    const looks = vi.spyOn(it.firewall, 'packetsFrom');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).not.toHaveBeenCalled();
  },
);
