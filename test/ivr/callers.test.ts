import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { ScriptedLine } from '../fakes/line.ts';
import {
  answering,
  good,
  here,
  house as anyHouse,
  inside,
  ownNumber,
  type HouseOptions,
} from './house.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const house = (options: HouseOptions = {}) => anyHouse({ pairing: false, ...options });

test('a call that is not admitted is not answered, and leaves no record of its own', async () => {
  const it = await house({
    parts: {
      refusalTone: 'congestion',
      admission: {
        arrive: async () => ({ admitted: false, reason: 'flood' }),
        failed: () => undefined,
        counts: () => {
          throw new Error('not asked in a call');
        },
        stop: async () => undefined,
      },
    },
  });
  const { line, call } = await it.phone(answering(inside));
  expect(line).toMatchObject({ answered: false, refused: 'congestion', said: [] });
  expect(call).toBeUndefined();
});

test('the place that a call has taken is given back, whatever its end', async () => {
  const left = vi.fn();
  const it = await house({
    parts: {
      admission: {
        arrive: async () => ({ admitted: true, leave: left }),
        failed: () => undefined,
        counts: () => {
          throw new Error('not asked in a call');
        },
        stop: async () => undefined,
      },
    },
  });
  await it.phone((prompt, caller) => void (prompt === 'pin' || caller.hangUp()));
  expect(left).toHaveBeenCalledTimes(1);
  vi.spyOn(it.stores.calls, 'begin').mockRejectedValue(new AccessError('store-failed', 'Full.'));
  await it.phone(answering(inside));
  expect(left).toHaveBeenCalledTimes(2);
});

test.each([
  ['gone', 'abandoned', 0],
  ['still there', 'failed', 1],
])(
  'a call that cannot be answered, with its caller %s, is on record as %s',
  async (caller, outcome, faults) => {
    const it = await house();
    const { line, call } = await it.phone(
      () => undefined,
      (ringing) => {
        ringing.answer = async () => {
          if (caller === 'gone') await ringing.hangUp();
          throw new AccessError('internal', 'Asterisk did not answer the call for us.');
        };
      },
    );
    expect(call?.outcome).toBe(outcome);
    expect(it.faults).toHaveLength(faults);
    expect(line.ended.aborted).toBe(true);
  },
);

test('a one-time code is asked for after the PIN', async () => {
  const it = await house({ code: '123456' });
  const { line } = await it.phone(answering({ ...inside, 'one-time-code': '123456#', menu: '9' }));
  expect(line.said.slice(0, 4)).toEqual(['welcome', 'knock-code', 'pin', 'one-time-code']);
  expect(await it.open()).toEqual([here]);
  expect(it.keyed).toContain('one-time-code ••••••#');
});

test('a wrong code sounds like any other failure', async () => {
  const it = await house({ code: '123456' });
  const { line } = await it.phone(answering({ ...inside, 'one-time-code': '654321#' }));
  expect(line.said.filter((name) => name === 'not-recognised')).toHaveLength(2);
  expect(line.said.at(-1)).toBe('not-recognised-goodbye');
  expect(await it.open()).toEqual([]);
});

test.each([
  [1, true],
  [5, true],
  [6, false],
])('with %i codes left on the sheet, the caller is told: %s', async (codesLeft, told) => {
  const it = await house({ known: { secondFactor: 'sheet', codesLeft } });
  const { line } = await it.phone(answering({ ...inside, menu: '9' }));
  expect(line.said.includes('codes-left')).toBe(told);
});

test('each other language is offered in its own words, and chosen by star and its number', async () => {
  const it = await house({ parts: { languages: ['en', 'es', 'de'] } });
  const { line } = await it.phone(
    answering({ ...inside, 'knock-code': ['*3', good['knock-code']], menu: '9' }),
  );
  expect(line.said.slice(0, 5)).toEqual([
    'welcome',
    'language-offer-es',
    'language-offer-de',
    'knock-code',
    'knock-code',
  ]);
  expect(it.spokenIn.get('welcome')).toBe('en');
  expect(it.spokenIn.get('pin')).toBe('de');
  expect(it.spokenIn.get('opened')).toBe('de');
});

test('the language may be chosen during its offer, and ahead of a whole dial string', async () => {
  const it = await house({ parts: { languages: ['en', 'es'] } });
  const offer = await it.phone(answering({ ...inside, 'language-offer-es': '*2', menu: '9' }));
  expect(offer.line.said.slice(0, 3)).toEqual(['welcome', 'language-offer-es', 'knock-code']);
  expect(it.spokenIn.get('goodbye')).toBe('es');
  const ahead = await house({ parts: { languages: ['en', 'es'] } });
  await ahead.phone(
    () => undefined,
    (caller) => caller.key('*2233*245*478#4711#203*0*113*7#19'),
  );
  expect(ahead.spokenIn.get('goodbye')).toBe('es');
  expect(await ahead.open()).toEqual([here]);
});

test('the user’s own language goes before the one of the number dialled', async () => {
  const it = await house({ user: { language: 'de' }, parts: { languageOf: () => 'es' } });
  await it.phone(answering({ ...inside, menu: '9' }));
  expect(it.spokenIn.get('pin')).toBe('es');
  expect(it.spokenIn.get('address')).toBe('de');
});

const wantsCallBack = { callerPolicy: 'call-back', numbers: [ownNumber] } as const;

test('call-back: we hang up, phone the user’s own number, and the call goes on there', async () => {
  const it = await house({ user: wantsCallBack });
  const back = new ScriptedLine(answering({ ...inside, menu: '9' }));
  it.reachable.push(back);
  const { line } = await it.phone(answering(good));
  expect(line.said.slice(-2)).toEqual(['pin', 'call-back']);
  expect(it.dialled).toEqual([ownNumber]);
  expect(back.said.slice(0, 3)).toEqual(['call-back-welcome', 'pin', 'address']);
  expect(await it.open()).toEqual([here]);
  expect(back.ended.aborted).toBe(true);
  const [second, first] = await it.stores.calls.list({ limit: 5 });
  expect(first).toMatchObject({ outcome: 'called-back', userId: 1, callBackOf: null });
  expect(second).toMatchObject({
    outcome: 'opened',
    callBackOf: first?.id,
    callerNumber: ownNumber,
  });
});

test('whoever picks up must know the PIN', async () => {
  const it = await house({ user: wantsCallBack });
  const back = new ScriptedLine(answering({ pin: '0000#' }));
  it.reachable.push(back);
  await it.phone(answering(good));
  expect(back.said.at(-1)).toBe('not-recognised-goodbye');
  expect(await it.open()).toEqual([]);
  const [second] = await it.stores.calls.list({ limit: 5 });
  expect(second?.outcome).toBe('refused');
});

test('a telephone that is still busy is tried again, and then given up', async () => {
  const it = await house({ user: wantsCallBack });
  it.reachable.push(new AccessError('call-failed', 'The telephone is busy.'));
  const back = new ScriptedLine(answering({ ...inside, menu: '9' }));
  it.reachable.push(back);
  await it.phone(answering(good));
  expect(await it.open()).toEqual([here]);
  const never = await house({ user: wantsCallBack });
  await never.phone(answering(good));
  expect(never.dialled).toHaveLength(2);
  expect(never.callBackFaults).toEqual(['Nobody answered.']);
  expect(never.faults).toEqual([]);
});

test('a caller whom nobody may phone is told the same, and nobody is phoned', async () => {
  const it = await house({
    user: wantsCallBack,
    parts: {
      callBacks: {
        begin: async () => undefined,
        again: async () => false,
        failed: async () => undefined,
      },
    },
  });
  const { line } = await it.phone(answering(good));
  expect(line.said.at(-1)).toBe('call-back');
  expect(it.dialled).toEqual([]);
});

test('nobody is phoned for a wrong PIN', async () => {
  const it = await house({ user: wantsCallBack });
  await it.phone(answering({ ...good, pin: '9999#' }));
  expect(it.dialled).toEqual([]);
});

test('who hangs up during the goodbye of the first call is phoned all the same', async () => {
  const it = await house({ user: wantsCallBack });
  it.reachable.push(new ScriptedLine(answering({ ...inside, menu: '9' })));
  await it.phone((prompt, caller, heard) => {
    if (prompt === 'call-back') void caller.hangUp();
    else answering(good)(prompt, caller, heard);
  });
  expect(await it.open()).toEqual([here]);
});

test('whoever only holds the line is hung up on, by languages, ## or silence', async () => {
  for (const held of ['*2', '9##']) {
    const it = await house({ parts: { languages: ['en', 'es'] } });
    const { line, call } = await it.phone((prompt, caller) => {
      if (prompt === 'knock-code' || prompt === 'start-again') caller.key(held);
    });
    expect(line.ended.aborted).toBe(true);
    expect(line.said.length).toBeLessThan(20);
    expect(call?.outcome).toBe('abandoned');
  }
  const it = await house();
  const began = Date.now();
  // a wrong knock code now and then keeps nobody on the line for longer than that
  await it.phone((prompt, caller) => {
    if (prompt === 'knock-code') setTimeout(() => caller.key('1*2*3#'), 7000);
    else if (prompt === 'pin') setTimeout(() => caller.key('1111#'), 7000);
  });
  expect(Date.now() - began).toBeLessThanOrEqual(130_000);
});

/** What is tried with authenticate, where a code is asked for and something else happens. */
async function atTheCode(
  happens: (caller: ScriptedLine, leaving: AbortController) => void,
  before?: (line: ScriptedLine) => void,
) {
  const attempts: unknown[] = [];
  const leaving = new AbortController();
  const it = await house({ code: '123456', parts: { leaving: leaving.signal } });
  const { attempt } = it.parts.authenticate;
  vi.spyOn(it.parts.authenticate, 'attempt').mockImplementation((tried) => {
    attempts.push(tried.code);
    return attempt(tried);
  });
  const { call } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'one-time-code') happens(caller, leaving);
    else answering(good)(prompt, caller, heard);
  }, before);
  return { attempts, call };
}

test.each([
  ['hanging up', (caller: ScriptedLine) => void caller.hangUp()],
  ['keeping silent', () => undefined],
  ['keying nonsense', (caller: ScriptedLine) => caller.key('*#')],
])('whoever goes at the question for the code has made an attempt: %s', async (_, happens) => {
  expect((await atTheCode(happens)).attempts).toEqual([null]);
});

test('nobody is charged for what we did not let them answer', async () => {
  const stopped = await atTheCode((_, leaving) => leaving.abort());
  expect(stopped).toMatchObject({ attempts: [], call: { outcome: 'interrupted' } });
  const unheard = await atTheCode(
    () => undefined,
    (line) => line.broken.add('one-time-code'),
  );
  expect(unheard).toMatchObject({ attempts: [], call: { outcome: 'failed' } });
});

test('twelve digits that are no address are not shown: they may be a PIN', async () => {
  const it = await house();
  await it.phone(answering({ ...good, address: ['471100471100', '203000113007'] }));
  expect(it.keyed).toContain('address ••••••••••••');
  expect(it.keyed).toContain('address 203000113007');
});
