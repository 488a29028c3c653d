import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import type { CallerScript } from '../fakes/line.ts';
import { answering, good, here, house as anyHouse, inside, type HouseOptions } from './house.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const house = (options: HouseOptions = {}) => anyHouse({ pairing: false, ...options });

/** Keys one after the other, so many milliseconds apart. */
function keySlowly(caller: { key: (keys: string) => void }, keys: string, apart: number): void {
  for (const [at, key] of [...keys].entries()) setTimeout(() => caller.key(key), at * apart);
}

test.each([
  ['knock-code', '233*24##233*245*478#'],
  ['knock-code', '1*1*1##233*245*478#'],
  ['pin', '12##4711#'],
  ['pin', '4712##4711#'],
  ['address', '203*0*113*8##203*0*113*7#'],
  ['address', '203*0##203*0*113*7#'],
])('## starts the %s again (%s)', async (question, keys) => {
  const { phone, open } = await house();
  const { line } = await phone(answering({ ...inside, [question]: keys, menu: '9' }));
  expect(await open()).toEqual([here]);
  // nothing of it was taken for a try, or for an error
  expect(line.said).not.toContain('not-recognised');
  expect(line.said.join(' ')).not.toContain('no-match');
});

test('## in a whole call typed ahead is understood as well', async () => {
  const { phone, open } = await house();
  const { line } = await phone(
    () => undefined,
    (caller) => caller.key('9##233*245*478#47##4711#203*9##203*0*113*7#19'),
  );
  expect(await open()).toEqual([here]);
  expect(line.said).toEqual(['goodbye']);
});

test('two # at a person’s pace are ##; the caller is told to start again', async () => {
  const { phone, open } = await house();
  const { line } = await phone((prompt, caller, heard) => {
    if (prompt === 'pin' && heard === 1) keySlowly(caller, '4712##', 300);
    else if (prompt === 'pin') caller.key('4711#');
    else answering({ ...inside, pin: '', menu: '9' })(prompt, caller, heard);
  });
  expect(line.said).toContain('start-again');
  expect(await open()).toEqual([here]);
});

test('a # that follows late is not the second of two', async () => {
  const { phone, open } = await house();
  const { line } = await phone((prompt, caller, heard) => {
    if (prompt === 'pin') keySlowly(caller, '4711#', 300);
    // the address question has begun by the time that this # comes
    else if (prompt === 'address' && heard === 1) caller.key('#');
    else answering({ ...inside, pin: '', menu: '9' })(prompt, caller, heard);
  });
  expect(line.said).toContain('address-no-match');
  expect(line.said).not.toContain('start-again');
  // it cost one question, and nothing else
  expect(await open()).toEqual([here]);
});

test('a stuck # does not keep the call for ever', async () => {
  const { phone } = await house();
  const { line, call } = await phone(
    () => undefined,
    (caller) => caller.key('#'.repeat(400)),
  );
  expect(line.ended.aborted).toBe(true);
  expect(call?.outcome).toBe('abandoned');
});

test.each([
  ['31', '203#', '9*0*113*7#'],
  ['32', '0#', '203*9*113*7#'],
  ['33', '113', '203*0*111*7#'],
  ['34', '7#', '203*0*113*8#'],
])('3 and a position (%s) mend one number', async (mend, number, wrong) => {
  const { phone, open, rendered } = await house();
  await phone(
    answering({
      ...inside,
      address: wrong,
      'read-back': [mend, '1'],
      'replace-number': number,
      menu: '9',
    }),
  );
  // 9.0.113.7 is a public address; the others are not where one may be, or are
  expect(await open()).toEqual([here]);
  const asked = rendered.find((p) => p.name === 'replace-number');
  expect(asked).toMatchObject({
    position: Number(mend[1]),
    number: Number(wrong.slice(0, -1).split('*')[Number(mend[1]) - 1]),
  });
});

test('a number mended into an address that may not be opened is refused in words', async () => {
  const { phone, open } = await house();
  const { line } = await phone(
    answering({
      ...inside,
      address: ['203*0*113*7#', '203*0*113*7#'],
      'read-back': ['31', '1'],
      'replace-number': '10#',
      menu: '9',
    }),
  );
  // 10.0.113.7
  expect(line.said).toContain('address-private');
  expect(await open()).toEqual([here]);
});

test('a number over 255 is no address, and nothing else is lost', async () => {
  const { phone, open } = await house();
  const { line } = await phone(
    answering({
      ...inside,
      address: ['203*0*113*8#', '203*0*113*7#'],
      'read-back': ['34', '1'],
      'replace-number': '999',
      menu: '9',
    }),
  );
  expect(line.said).toContain('address-impossible');
  expect(await open()).toEqual([here]);
});

test('typed ahead, the mending needs no prompt', async () => {
  const { phone, open } = await house();
  const { line } = await phone(
    () => undefined,
    (caller) => caller.key('233*245*478#4711#203*0*113*8#347#19'),
  );
  expect(line.said).toEqual(['goodbye']);
  expect(await open()).toEqual([here]);
});

test('a slow hand is no silence: each key has its own time', async () => {
  const { phone, open } = await house();
  await phone((prompt, caller, heard) => {
    if (prompt === 'address') keySlowly(caller, '203*0*113*7', 4500);
    else answering({ ...inside, address: '', menu: '9' })(prompt, caller, heard);
  });
  expect(await open()).toEqual([here]);
});

test('at their limit, a caller may close the oldest in exchange', async () => {
  const it = await house({ mostOpen: 2 });
  const [first, second] = ['203.0.113.98', '203.0.113.99'].map((text) => parseAddress(text)!);
  await it.gate.open({ userId: 1, address: first!, by: 'system' });
  await vi.advanceTimersByTimeAsync(1000);
  await it.gate.open({ userId: 1, address: second!, by: 'system' });
  const { line } = await it.phone(answering({ ...inside, 'close-oldest': '1', menu: '9' }));
  expect(it.rendered.find((p) => p.name === 'close-oldest')).toMatchObject({ address: first });
  expect(line.said).toContain('opened');
  expect((await it.open()).toSorted(byText)).toEqual([here, second!].toSorted(byText));
  const [closed] = await it.stores.audit.list({ limit: 5, kind: 'gate-closed' });
  expect(closed).toMatchObject({ address: first, actor: 'call:1' });
});

test('what was keyed ahead does not agree to an exchange that nobody had heard of', async () => {
  const it = await house({ mostOpen: 1 });
  const old = parseAddress('203.0.113.98')!;
  await it.gate.open({ userId: 1, address: old, by: 'system' });
  const { line } = await it.phone(
    () => undefined,
    (caller) => caller.key('233*245*478#4711#203*0*113*7#11'),
  );
  expect(line.said).toContain('close-oldest');
  expect(await it.open()).toEqual([old]);
});

describe('a dial string whose address needs no #, at the limit', () => {
  const old = parseAddress('203.0.113.98')!;

  /** Up to the address at the prompts, and from there what a telephone dials by itself. */
  async function dials(keys: string, apart: number, then: CallerScript = () => undefined) {
    const it = await house({ mostOpen: 1, rendering: 40 });
    await it.gate.open({ userId: 1, address: old, by: 'system' });
    const { line, call } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'address' && heard === 1) keySlowly(caller, keys, apart);
      else if (prompt === 'knock-code' || prompt === 'pin') answering(good)(prompt, caller, heard);
      then(prompt, caller, heard);
    });
    return { it, line, call };
  }

  test.each([
    ['203000113007111', 200],
    ['203000113007111', 50],
    ['203000113007#111', 200],
    ['203000113007#111', 600],
  ])('%s at %i ms a key agrees to nothing that it could not know of', async (keys, apart) => {
    const { it, line } = await dials(keys, apart);
    expect(line.said).toContain('close-oldest');
    expect(line.cutShort).not.toContain('close-oldest');
    expect(line.said).not.toContain('read-back');
    // nor is it told of keys that mean nothing
    expect(line.said).not.toContain('confirm-no-match');
    expect(await it.open()).toEqual([old]);
  });

  test.each(['203000113007', '203000113007#', '203000113007#1'])(
    'after %s the question can be answered as soon as it has been heard for a moment',
    async (keys) => {
      const { it, line } = await dials(keys, 200, (prompt, caller) => {
        if (prompt === 'close-oldest') setTimeout(() => caller.key('1'), 1700);
        if (prompt === 'read-back') caller.key('1');
        if (prompt === 'menu') caller.key('9');
      });
      expect(line.said.filter((name) => name === 'close-oldest')).toHaveLength(1);
      expect(line.cutShort).toContain('close-oldest');
      expect(await it.open()).toEqual([here]);
    },
  );

  test('a # out of habit that comes late is none of its answers either', async () => {
    const { it, line } = await dials('203000113007', 200, (prompt, caller) => {
      if (prompt === 'close-oldest') {
        setTimeout(() => caller.key('#'), 1500);
        setTimeout(() => caller.key('1'), 2600);
      }
      if (prompt === 'read-back') caller.key('1');
    });
    expect(line.said).not.toContain('confirm-no-match');
    expect(await it.open()).toEqual([here]);
  });

  test('keyed while "I heard nothing" is spoken, the answer counts: the question has been heard', async () => {
    const { it, line } = await dials('203000113007', 200, (prompt, caller) => {
      if (prompt === 'no-input' || prompt === 'read-back') caller.key('1');
    });
    expect(line.said.filter((name) => name === 'close-oldest')).toHaveLength(1);
    expect(await it.open()).toEqual([here]);
  });

  test('with room, not a key of it is lost', async () => {
    const it = await house({ rendering: 40 });
    await it.phone((prompt, caller, heard) => {
      if (prompt === 'address') keySlowly(caller, '203000113007#19', 50);
      else answering(good)(prompt, caller, heard);
    });
    expect(it.keyed.slice(-2)).toEqual(['read-back 1', 'menu 9']);
    expect(await it.open()).toEqual([here]);
  });
});

test('nothing is closed in exchange before 1 is pressed at the read-back', async () => {
  const it = await house({ mostOpen: 1 });
  const old = parseAddress('203.0.113.98')!;
  await it.gate.open({ userId: 1, address: old, by: 'system' });
  await it.phone((prompt, caller, heard) => {
    if (prompt === 'read-back') void caller.hangUp();
    else answering({ ...inside, 'close-oldest': '1' })(prompt, caller, heard);
  });
  expect(await it.open()).toEqual([old]);
});

test('a caller who keeps what is open is led to the menu', async () => {
  const it = await house({ mostOpen: 1 });
  const old = parseAddress('203.0.113.98')!;
  await it.gate.open({ userId: 1, address: old, by: 'system' });
  const { line } = await it.phone(answering({ ...inside, 'close-oldest': '2', menu: '9' }));
  expect(line.said).not.toContain('read-back');
  expect(line.said.slice(-2)).toEqual(['menu', 'goodbye']);
  expect(await it.open()).toEqual([old]);
});

test('the oldest is offered once, however often the address is mended', async () => {
  const it = await house({ mostOpen: 1 });
  await it.gate.open({ userId: 1, address: parseAddress('203.0.113.98')!, by: 'system' });
  const { line } = await it.phone(
    answering({
      ...good,
      address: '203*0*113*5#',
      'close-oldest': '1',
      'read-back': ['34', '34', '1'],
      'replace-number': ['6#', '7#'],
      menu: '9',
    }),
  );
  expect(line.said.filter((name) => name === 'close-oldest')).toHaveLength(1);
  expect(await it.open()).toEqual([here]);
});
