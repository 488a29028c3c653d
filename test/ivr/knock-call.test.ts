import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { answering, good, here, house as anyHouse, server, type HouseOptions } from './house.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Without pairing: its prompt has its own name, and its own tests. */
const house = (options: HouseOptions = {}) => anyHouse({ pairing: false, ...options });

test('a patient caller is let in, and is told until when and the server’s address', async () => {
  const { phone, firewall, rendered } = await house();
  const { line, call } = await phone(
    answering({ ...good, address: '203*0*113*7#', 'read-back': '1', menu: '9' }),
  );
  expect(line.said).toEqual([
    'welcome',
    'knock-code',
    'pin',
    'address',
    'read-back',
    'opened',
    'server-address',
    'menu',
    'goodbye',
  ]);
  expect((await firewall.list()).map((o) => o.address)).toEqual([here]);
  expect(call).toMatchObject({ outcome: 'opened', userId: 1, callerNumber: '5550123' });
  expect(rendered.find((p) => p.name === 'opened')).toMatchObject({ seconds: 3600 });
  expect(rendered.find((p) => p.name === 'server-address')).toMatchObject({ address: server });
  expect(line.ended.aborted).toBe(true);
});

test('the whole call typed ahead plays no question at all', async () => {
  const { phone, firewall } = await house();
  const { line } = await phone(
    () => undefined,
    (caller) => caller.key('233*245*478#4711#203*0*113*7#19'),
  );
  expect(line.said).toEqual(['goodbye']);
  expect(await firewall.list()).toHaveLength(1);
});

test('a habitual # after twelve digits is not taken for an answer', async () => {
  const { phone, firewall } = await house();
  await phone(
    () => undefined,
    (caller) => caller.key('233*245*478#4711#203000113007#1'),
  );
  expect(await firewall.list()).toHaveLength(1);
});

test('three failures sound the same and end the call', async () => {
  const { phone, firewall } = await house();
  const { line, call } = await phone(
    answering({
      'knock-code': ['1*2*3#', '233*245*478#', '233*245*478#'],
      pin: ['4711#', '0000#', '0001#'],
    }),
  );
  expect(line.said).toEqual([
    'welcome',
    'knock-code',
    'pin',
    'not-recognised',
    'knock-code',
    'pin',
    'not-recognised',
    'knock-code',
    'pin',
    'not-recognised-goodbye',
  ]);
  expect(await firewall.list()).toEqual([]);
  expect(call?.outcome).toBe('refused');
});

test('what was typed ahead of a failure answers no later question', async () => {
  const { phone, firewall } = await house();
  const { line } = await phone(
    answering({ 'not-recognised': '203*0*113*7#1', 'knock-code': '233*245*478#', pin: '4711#' }),
    (caller) => caller.key('233*245*478#9999#203*0*113*7#1'),
  );
  expect(line.said.slice(0, 4)).toEqual(['not-recognised', 'knock-code', 'pin', 'address']);
  expect(await firewall.list()).toEqual([]);
});

test.each([
  ['10*1*2*3#', 'address-private'],
  ['300*1*2*3#', 'address-impossible'],
  ['0*1*2*3#', 'address-impossible'],
  ['240*1*2*3#', 'address-reserved'],
  ['198*51*100*10#', 'address-own'],
])('address %s is refused with %s, and a good one still gets in', async (bad, prompt) => {
  const { phone, firewall, stores } = await house();
  const { line } = await phone(
    answering({ ...good, address: [bad, '203*0*113*7#'], 'read-back': '1' }),
  );
  expect(line.said).toContain(prompt);
  expect((await firewall.list()).map((o) => o.address)).toEqual([here]);
  const refused = await stores.audit.list({ limit: 10, kind: 'address-refused' });
  // what is no address at all might be a PIN, and is not kept
  const text = bad.slice(0, -1).replaceAll('*', '.');
  expect(refused[0]?.address).toBe(bad.startsWith('300') ? undefined : text);
});

test('2 at the read-back lets the address be keyed again', async () => {
  const { phone, firewall } = await house();
  await phone(
    answering({ ...good, address: ['203*0*113*8#', '203*0*113*7#'], 'read-back': ['2', '1'] }),
  );
  expect((await firewall.list()).map((o) => o.address)).toEqual([here]);
});

test('another key at the read-back is no yes', async () => {
  const { phone, firewall } = await house();
  const { line } = await phone(
    answering({ ...good, address: '203*0*113*7#', 'read-back': ['5', '*', '0'] }),
  );
  expect(line.said.filter((p) => p === 'confirm-no-match')).toHaveLength(2);
  expect(await firewall.list()).toEqual([]);
});

test('silence is asked again and then let go', async () => {
  const { phone } = await house();
  const { line, call } = await phone(() => undefined);
  expect(line.said).toEqual([
    'welcome',
    'knock-code',
    'no-input',
    'knock-code',
    'no-input',
    'knock-code',
    'goodbye',
  ]);
  expect(call?.outcome).toBe('abandoned');
});

test('a forgotten # is forgiven when the entry is complete', async () => {
  const { phone, firewall } = await house();
  await phone(
    answering({
      'knock-code': '233*245*478',
      pin: '4711',
      address: '203*0*113*7',
      'read-back': '1',
    }),
  );
  expect(await firewall.list()).toHaveLength(1);
});

test.each(['welcome', 'knock-code', 'pin', 'address', 'read-back'])(
  'hanging up at %s opens nothing and is on record',
  async (at) => {
    const { phone, firewall, faults } = await house();
    const answers = answering({ ...good, address: '203*0*113*7#' });
    const { call } = await phone((prompt, caller, heard) => {
      if (prompt === at) void caller.hangUp();
      else answers(prompt, caller, heard);
    });
    expect(await firewall.list()).toEqual([]);
    expect(call).toMatchObject({ outcome: 'abandoned' });
    expect(call?.endedAt).not.toBeNull();
    expect(faults).toEqual([]);
  },
);

test('hanging up right after 1 still opens', async () => {
  const { phone, firewall } = await house();
  const answers = answering({ ...good, address: '203*0*113*7#' });
  const { call } = await phone((prompt, caller, heard) => {
    answers(prompt, caller, heard);
    if (prompt !== 'read-back') return;
    caller.key('1');
    void caller.hangUp();
  });
  expect(await firewall.list()).toHaveLength(1);
  expect(call?.outcome).toBe('opened');
});

test('keys that came before the hang-up count, typed ahead too', async () => {
  const { phone, firewall } = await house();
  await phone(
    () => undefined,
    (caller) => {
      caller.key('233*245*478#4711#203*0*113*7#1');
      // after the first key has found a listener
      setTimeout(() => void caller.hangUp(), 0);
    },
  );
  expect(await firewall.list()).toHaveLength(1);
});

test('when the helper is away, nothing is opened, said to be open or on record as open', async () => {
  const it = await house();
  vi.spyOn(it.firewall, 'open').mockRejectedValue(
    new AccessError('firewall-unavailable', 'The helper does not answer.'),
  );
  const { line, call } = await it.phone(
    answering({ ...good, address: '203*0*113*7#', 'read-back': '1' }),
  );
  expect(line.said.slice(-2)).toEqual(['nothing-opened', 'goodbye']);
  expect(line.said).not.toContain('opened');
  expect(await it.stores.grants.list({ limit: 10 })).toEqual([]);
  expect(call?.outcome).toBe('failed');
});

test('a read-back that cannot be played opens nothing', async () => {
  const it = await house();
  const { line, call } = await it.phone(answering({ ...good, address: '203*0*113*7#' }), (caller) =>
    caller.broken.add('read-back'),
  );
  expect(await it.firewall.list()).toEqual([]);
  expect(call?.outcome).toBe('failed');
  expect(it.faults).toHaveLength(1);
  expect(line.ended.aborted).toBe(true);
});

test('a store that fails is apologised for, and the line is hung up', async () => {
  const it = await house();
  vi.spyOn(it.stores.grants, 'unendedOf').mockRejectedValue(
    new AccessError('store-failed', 'The disk is full.'),
  );
  const { line, call } = await it.phone(answering({ ...good, address: '203*0*113*7#' }));
  expect(line.said.at(-1)).toBe('unavailable');
  expect(call?.outcome).toBe('failed');
  expect(line.ended.aborted).toBe(true);
});

test('secret keys are shown as dots, the address as keyed', async () => {
  const { phone, keyed } = await house();
  await phone(answering({ ...good, address: '203*0*113*7#', 'read-back': '1' }));
  expect(keyed).toEqual([
    'knock-code •••*•••*•••#',
    'pin ••••#',
    'address 203*0*113*7#',
    'read-back 1',
  ]);
});

test('a call that goes on for ever is ended by us', async () => {
  const { phone } = await house();
  const { line } = await phone(
    answering({ ...good, address: Array.from({ length: 500 }, () => '10*0*0*1#') }),
  );
  expect(line.ended.aborted).toBe(true);
  expect(line.said.length).toBeLessThan(250);
});

test('a PIN keyed at the wrong question is shown to nobody', async () => {
  const { phone, keyed, stores } = await house();
  await phone(answering({ ...good, address: ['471100#', '271828182845', '203*0*113*7#'] }));
  expect(keyed.join(' ')).not.toContain('4711');
  expect(JSON.stringify(await stores.audit.list({ limit: 50 }))).not.toMatch(/271.?828/);
});
