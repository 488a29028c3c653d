import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { parseAddress } from '../../src/domain/address.ts';
import { ScriptedLine } from '../fakes/line.ts';
import { answering, good, here, house, inside, ownNumber } from './house.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const other = parseAddress('203.0.113.98')!;
const keepsWhatIsOpen = { ...inside, 'close-oldest': '2' };

/** A house at its limit, with `other` open. */
async function fullHouse() {
  const it = await house({ mostOpen: 1 });
  await it.gate.open({ userId: 1, address: other, by: 'system' });
  return it;
}

describe('what others do in the very moment', () => {
  test('the oldest is closed before it is offered: nothing has to go', async () => {
    const it = await fullHouse();
    const openOf = it.gate.openOf;
    vi.spyOn(it.gate, 'openOf').mockImplementationOnce(async (userId) => {
      const [oldest] = await openOf(userId);
      await it.gate.close(oldest!.id, 'cli:somebody');
      return openOf(userId);
    });
    const { line } = await it.phone(answering({ ...inside, menu: '9' }));
    expect(line.said).not.toContain('close-oldest');
    expect(await it.open()).toEqual([here]);
  });

  test('another call takes the last place between the read-back and key 1', async () => {
    const it = await house({ mostOpen: 1 });
    const { line, call } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'read-back') {
        void it.gate.open({ userId: 1, address: other, by: 'system' }).then(() => caller.key('1'));
      } else answering({ ...inside, 'read-back': '' })(prompt, caller, heard);
    });
    expect(line.said.slice(-2)).toEqual(['too-many-open', 'goodbye']);
    expect(await it.open()).toEqual([other]);
    expect(call?.outcome).toBe('failed');
  });

  test('the PIN is changed while its user is keying the address: nothing is opened', async () => {
    const it = await house();
    const { line } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'read-back') {
        void it.stores.users
          .setPin(1, 'another', { at: Date.now(), actor: 'cli:somebody', kind: 'pin-reset' })
          .then(() => caller.key('1'));
      } else answering({ ...inside, 'read-back': '' })(prompt, caller, heard);
    });
    expect(line.said).toContain('nothing-opened');
    expect(await it.open()).toEqual([]);
  });

  test('what is closed between listing and extending stays closed', async () => {
    const it = await house();
    const openOf = it.gate.openOf;
    const { line } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'menu' && heard === 1) {
        vi.spyOn(it.gate, 'openOf').mockImplementationOnce(async (userId) => {
          const found = await openOf(userId);
          await it.gate.close(found[0]!.id, 'cli:somebody');
          return found;
        });
        caller.key('2');
      } else answering({ ...inside, menu: ['', '9'] })(prompt, caller, heard);
    });
    expect(line.said.slice(-3)).toEqual(['nothing-open', 'menu', 'goodbye']);
    expect(await it.open()).toEqual([]);
  });

  test('what somebody else closes while it is offered for closing is said to be closed', async () => {
    const it = await house();
    const { line } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'close-which') {
        void it.gate.close(1, 'cli:somebody').then(() => caller.key('1'));
      } else answering({ ...inside, menu: ['4', '9'] })(prompt, caller, heard);
    });
    expect(line.said).toContain('closed-one');
    expect(line.said).not.toContain('not-closed');
  });

  test('a user who may not be phoned any more is not phoned a second time', async () => {
    const it = await house({ user: { callerPolicy: 'call-back', numbers: [ownNumber] } });
    Object.assign(it.parts, { callBacks: { ...it.parts.callBacks, again: async () => false } });
    await it.phone(answering(good));
    expect(it.dialled).toHaveLength(1);
    expect(it.callBackFaults).toEqual(['Nobody answered.']);
  });
});

describe('whoever has opened nothing in this call', () => {
  test('hears and extends what was opened last, by its name', async () => {
    const it = await fullHouse();
    await vi.advanceTimersByTimeAsync(1_000_000);
    const { line } = await it.phone(answering({ ...keepsWhatIsOpen, menu: ['1', '2', '3', '9'] }));
    expect(line.said.slice(line.said.indexOf('menu'))).toEqual([
      'menu',
      'open-address',
      'server-address',
      'menu',
      'open-address',
      'menu',
      'open-address',
      'menu',
      'goodbye',
    ]);
    const told = it.rendered.filter((p) => p.name === 'open-address');
    expect(told.map(({ address }) => address)).toEqual([other, other, other]);
    expect(told.map(({ seconds }) => seconds > 3500)).toEqual([false, true, true]);
  });

  test('with everything closed, the list says so', async () => {
    const it = await fullHouse();
    const { line } = await it.phone(
      answering({ ...keepsWhatIsOpen, menu: ['4', '3', '9'], 'close-which': '1' }),
    );
    expect(line.said.slice(-4)).toEqual(['menu', 'nothing-open', 'menu', 'goodbye']);
  });

  test('at the limit, a paired address is opened in exchange as well, or not', async () => {
    for (const [answer, opened] of [
      ['1', here],
      ['2', other],
    ] as const) {
      const it = await fullHouse();
      it.firewall.sightings = (seconds) =>
        seconds < 4 ? [] : [{ address: here, ports: [50_123], packets: 1, sweeper: false }];
      await it.phone(
        answering({
          ...good,
          'address-or-pair': '0#',
          paired: '1',
          'close-oldest': answer,
          menu: '9',
        }),
      );
      expect(await it.open()).toEqual([opened]);
    }
  });
});

test('a second opening that fails leaves the call on record as one that opened', async () => {
  const it = await house();
  const { line, call } = await it.phone((prompt, caller, heard) => {
    if (prompt === 'menu') {
      vi.spyOn(it.firewall, 'open').mockRejectedValue(
        new AccessError('firewall-unavailable', 'The helper does not answer.'),
      );
      caller.key('5');
    } else
      answering({ ...inside, 'address-or-pair': ['203*0*113*7#', '203*0*113*98#'] })(
        prompt,
        caller,
        heard,
      );
  });
  expect(line.said.slice(-2)).toEqual(['nothing-opened', 'goodbye']);
  expect(call?.outcome).toBe('opened');
  expect(await it.open()).toEqual([here]);
});

describe('faults', () => {
  const broken = new TypeError('not what was promised');

  test.each(['extend', 'close'] as const)(
    'one at %s ends the call, and what was opened stays on record as opened',
    async (what) => {
      const it = await house();
      const { line, call } = await it.phone((prompt, caller, heard) => {
        if (prompt === 'menu') {
          vi.spyOn(it.gate, what === 'extend' ? 'open' : 'closeAllOf').mockRejectedValue(broken);
          caller.key(what === 'extend' ? '2' : '41');
        } else answering(inside)(prompt, caller, heard);
      });
      expect(it.faults).toEqual([broken]);
      // the last word was that it is open, and that is true
      expect(line.said).not.toContain('unavailable');
      expect(line.ended.aborted).toBe(true);
      expect(call?.outcome).toBe('opened');
    },
  );

  test('an end that cannot be put on record is told to those who run the house', async () => {
    const it = await house();
    const full = new AccessError('store-failed', 'The disk is full.');
    vi.spyOn(it.stores.calls, 'end').mockRejectedValue(full);
    const { line } = await it.phone(answering({ ...inside, menu: '9' }));
    expect(it.faults).toEqual([full]);
    expect(line.ended.aborted).toBe(true);
  });

  test('an exchange that breaks while phoning back leaves no call half done', async () => {
    const it = await house({
      user: { callerPolicy: 'call-back', numbers: [ownNumber] },
      parts: { dial: () => Promise.reject(broken) },
    });
    await it.phone(answering(good));
    expect(it.faults).toEqual([broken]);
  });

  test('a guard that cannot be read has seen nobody', async () => {
    const it = await house();
    vi.spyOn(it.firewall, 'record').mockResolvedValue({
      ports: [50_123],
      seen: () => Promise.reject(new AccessError('firewall-unavailable', 'No answer.')),
      stop: async () => undefined,
    });
    const { line } = await it.phone(answering({ ...good, 'address-or-pair': '0#' }));
    expect(line.said).toContain('pair-none');
    expect(it.faults).toEqual([]);
  });

  test('a fault of the guard’s own making ends the call with an apology', async () => {
    const it = await house();
    vi.spyOn(it.firewall, 'record').mockRejectedValue(broken);
    const { line } = await it.phone(answering({ ...good, 'address-or-pair': '0#' }));
    expect(line.said.at(-1)).toBe('unavailable');
    expect(it.faults).toEqual([broken]);
  });

  test('the record of a window’s end may fail; what was found counts', async () => {
    const it = await house();
    it.firewall.sightings = (seconds) =>
      seconds < 4 ? [] : [{ address: here, ports: [50_123], packets: 1, sweeper: false }];
    const append = it.stores.audit.append;
    vi.spyOn(it.stores.audit, 'append').mockImplementation((entry) =>
      entry.kind === 'pairing-ended'
        ? Promise.reject(new AccessError('store-failed', 'The disk is full.'))
        : append.call(it.stores.audit, entry),
    );
    await it.phone(answering({ ...good, 'address-or-pair': '0#', paired: '1', menu: '9' }));
    expect(await it.open()).toEqual([here]);
  });
});

describe('hands', () => {
  test('an unfinished entry is asked for again', async () => {
    const it = await house();
    const { line } = await it.phone(answering({ ...inside, pin: ['47', '4711#'], menu: '9' }));
    expect(line.said).toContain('pin-no-match');
    expect(it.keyed).toContain('pin ••');
    expect(await it.open()).toEqual([here]);
  });

  test('an entry without end is stopped', async () => {
    const it = await house();
    await it.phone(answering({ ...good, pin: '1'.repeat(200) }));
    expect(Math.max(...it.keyed.map((line) => line.length))).toBeLessThan(60);
    expect(await it.open()).toEqual([]);
  });

  test('a habitual # that comes a moment late is no answer to the next question', async () => {
    const it = await house();
    await it.phone((prompt, caller, heard) => {
      if (prompt === 'address-or-pair') {
        caller.key('203000113007');
        setTimeout(() => caller.key('#'), 300);
      } else answering({ ...inside, 'read-back': '', menu: '9' })(prompt, caller, heard);
      if (prompt === 'read-back') setTimeout(() => caller.key('1'), 2000);
    });
    expect(it.keyed).toContain('read-back 1');
    expect(await it.open()).toEqual([here]);
  });

  test('a # that was not forgotten but slow is no answer to the read-back', async () => {
    const it = await house();
    const { line } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'address-or-pair') caller.key('203*0*113*7');
      else if (prompt === 'read-back') {
        caller.key('#');
        setTimeout(() => caller.key('1'), 5000);
      } else answering({ ...good, menu: '9' })(prompt, caller, heard);
    });
    expect(line.said.filter((name) => name === 'read-back')).toHaveLength(1);
    expect(it.keyed).toContain('read-back 1');
    expect(await it.open()).toEqual([here]);
  });

  test('0 without its # asks to be recognised, too', async () => {
    const it = await house();
    const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0'] }));
    expect(line.said).toContain('pair-port');
  });

  test('where the server’s own address is not known, pairing does without it', async () => {
    const it = await house({ parts: { externalAddress: () => undefined } });
    it.firewall.sightings = (seconds) =>
      seconds < 4 ? [] : [{ address: here, ports: [50_123], packets: 1, sweeper: false }];
    const { line } = await it.phone(
      answering({ ...good, 'address-or-pair': '0#', paired: '1', menu: '9' }),
    );
    expect(line.said.slice(line.said.indexOf('address-or-pair') + 1)[0]).toBe('pair-port');
    expect(await it.open()).toEqual([here]);
  });

  test('pounding on keys at the window of recording ends it', async () => {
    const it = await house();
    const { line } = await it.phone((prompt, caller, heard) => {
      if (prompt === 'pair-port' || prompt === 'pair-waiting') caller.key('5');
      else answering({ ...good, 'address-or-pair': ['0#'] })(prompt, caller, heard);
    });
    expect(line.said).toContain('pair-none');
    expect(it.firewall.recordings).toEqual([{ ports: [50_123], open: false }]);
  });

  test('whoever is not recognised in time is hung up on', async () => {
    const it = await house({ parts: { longestUnrecognised: 20 } });
    const began = Date.now();
    const { line, call } = await it.phone((prompt, caller) => {
      if (prompt === 'knock-code') setTimeout(() => caller.key('1*2*3#'), 7000);
      else if (prompt === 'pin') setTimeout(() => caller.key('1111#'), 7000);
    });
    expect(line.ended.aborted).toBe(true);
    expect(Date.now() - began).toBeLessThanOrEqual(21_000);
    expect(call?.outcome).toBe('abandoned');
    const back = new ScriptedLine();
    const phoned = await house({
      user: { callerPolicy: 'call-back', numbers: [ownNumber] },
      parts: { longestUnrecognised: 5 },
    });
    phoned.reachable.push(back);
    await phoned.phone(answering(good));
    expect(back.said).toEqual(['call-back-welcome', 'pin']);
    expect(back.ended.aborted).toBe(true);
  });
});
