import { URI, type TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/start-lab.ts';
import { kernelAllows } from '../fixtures/abilities.ts';
import {
  addTraveller,
  dialString,
  keysUpTo,
  phones,
  secrets,
  until,
  type Caller,
} from './caller.ts';
import { leaks } from './secrets.ts';

const carrier = '192.0.2.20';
const calledPort = 5070;
const here = '203.0.113.7';
const there = '203.0.113.8';

/** What a traveller meets on the telephone beyond the shortest call, with every part real. */
describe.skipIf(!kernelAllows.firewall)('on the telephone', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({
      config: {
        access: { most_open: 2 },
        speech: { languages: ['es'], offer: ['en', 'es'] },
        call_back: { endpoint: `PJSIP/carrier/sip:{number}@${carrier}:${calledPort}` },
      },
    });
    await addTraveller(lab);
  });
  afterAll(async () => {
    await lab.stop();
  });
  afterEach(async () => {
    for (const { id } of await active()) await lab.rest('DELETE', `/v1/grants/${id}`);
    await lab.rest('PATCH', '/v1/users/traveller', { callerPolicy: 'any', language: null });
    await lab.rest('DELETE', '/v1/users/traveller/lockouts');
  });

  const stranger = (from = here, port = 443) =>
    lab.places.roaming.tryConnect(lab.server, port, { from, ms: 700 });
  const active = async (): Promise<{ id: number; address: string; expiresAt: string }[]> =>
    (await lab.rest('GET', '/v1/grants?state=active')).body.items;
  const newest = async (kind: string) =>
    (await lab.rest('GET', `/v1/audit?limit=1&kind=${kind}`)).body.items[0];
  /** The words of the latest prompt of this name. */
  const wordsOf = (prompt: string): string =>
    String(
      lab.serve.log.lines.findLast((line) => line.fields['prompt'] === prompt)?.fields['words'],
    );
  /** Whoever comes while the port is still being spoken is not taken for the traveller. */
  const beforeAnybodyCouldKnow = (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, 4000));
  async function bye(caller: Caller): Promise<void> {
    await caller.call.hangUp();
    await caller.ended();
  }

  test('a wrong number is mended at the read-back', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'read-back', '203.9.113.7');
    await caller.keys('32');
    await caller.hears('replace-number');
    await caller.keys('0#');
    await caller.hears('read-back');
    await caller.keys('1');
    await caller.hears('opened');
    expect(await stranger()).toBe('in');
    await bye(caller);
  });

  test('## starts the entry again, for a PIN without costing a try', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'pin');
    await caller.keys(`0000##${secrets.pin}#`);
    await caller.hears('address-or-pair');
    await bye(caller);
    expect(caller.said()).not.toContain('not-recognised');
  });

  test('the menu: the connection has arrived, extended, listed, one closed for good', async () => {
    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('opened');
    const held = await lab.places.roaming.hold(lab.server, 22, { from: here });
    await caller.hears('arrived', 30_000);
    const [before] = await active();
    await caller.keys('2');
    await caller.hears('extended');
    const [after] = await active();
    expect(Date.parse(after!.expiresAt)).toBeGreaterThan(Date.parse(before!.expiresAt));
    expect(await held.alive()).toBe(true);
    await caller.keys('3');
    await caller.hears('open-address');
    expect(wordsOf('open-address')).toContain('3');
    await caller.keys('4');
    await caller.hears('close-which');
    await caller.keys('1');
    await caller.hears('closed-one');
    expect(await held.alive(700)).toBe(false);
    expect(await stranger()).toBe('dropped');
    await held.letGo();
    await caller.keys('9');
    expect(await caller.call.ended).toBe('them');
    expect(await caller.ended()).toMatchObject({ outcome: 'opened' });
  });

  test('at the cap the oldest goes in exchange', async () => {
    for (const address of [there, '203.0.113.9']) {
      await lab.rest('POST', '/v1/grants', { user: 'traveller', address });
    }
    const caller = await phones(lab);
    await keysUpTo(caller, 'address');
    await caller.keys('203*0*113*7#');
    await caller.hears('close-oldest');
    await caller.agrees('read-back');
    await caller.keys('1');
    await caller.hears('opened');
    expect(await stranger()).toBe('in');
    expect(await stranger(there)).toBe('dropped');
    expect(await stranger('203.0.113.9')).toBe('in');
    await bye(caller);
  });

  test('pairing: whoever comes to the spoken port is recognised, confirmed and let in', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'address');
    await caller.keys('0#');
    await caller.hears('pair-port');
    // the port stands in the words digit by digit
    const port = Number(/(?:\d\D{1,3}){4}\d/.exec(wordsOf('pair-port'))?.[0].replaceAll(/\D/g, ''));
    expect(port).toBeGreaterThan(1023);
    await beforeAnybodyCouldKnow();
    expect(await stranger(there, port)).toBe('dropped');
    await caller.hears('paired');
    expect(await stranger(there)).toBe('dropped');
    await caller.agrees('opened');
    expect(await stranger(there)).toBe('in');
    expect(await stranger(here)).toBe('dropped');
    await bye(caller);
    expect(await newest('pairing-ended')).toMatchObject({ detail: { verdict: 'found' } });
  });

  test('two who come to the spoken port are offered to nobody', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'address');
    await caller.keys('0#');
    await caller.hears('pair-port');
    const port = Number(/(?:\d\D{1,3}){4}\d/.exec(wordsOf('pair-port'))?.[0].replaceAll(/\D/g, ''));
    await beforeAnybodyCouldKnow();
    // long enough for a second SYN from each
    await Promise.all(
      [here, there].map((from) =>
        lab.places.roaming.tryConnect(lab.server, port, { from, ms: 2500 }),
      ),
    );
    await caller.hears('pair-waiting', 60_000);
    expect(caller.said()).not.toContain('paired');
    await caller.keys('*');
    await caller.hears('address-or-pair');
    expect(await active()).toEqual([]);
    await bye(caller);
  });

  test('in Spanish, chosen by star 2', async () => {
    const caller = await phones(lab, { keysAtAnswer: '*2' });
    await caller.hears('knock-code');
    expect(wordsOf('knock-code')).not.toMatch(/please/i);
    await bye(caller);
    await lab.rest('PATCH', '/v1/users/traveller', { language: 'es' });
    const own = await phones(lab);
    await keysUpTo(own, 'pin');
    expect(wordsOf('pin')).toMatch(/pin/i);
    await own.keys(`${secrets.pin}#`);
    await own.hears('address-or-pair');
    expect(wordsOf('address-or-pair')).toMatch(/direcci|almohadilla|asterisco/i);
    await bye(own);
  });

  test('a time-based code opens once; the same code again does not, across a restart too', async () => {
    const own = { knockCode: '31415*9265*35897', pin: secrets.pin };
    await addTraveller(lab, 'careful', own);
    const { status, body } = await lab.rest('POST', '/v1/users/careful/totp');
    expect(status).toBeLessThan(300);
    const totp = URI.parse(body.uri) as TOTP;
    // not in the last moments of its step, or the second call would find another code
    const left = 30_000 - (Date.now() % 30_000);
    if (left < 12_000) await new Promise((resolve) => setTimeout(resolve, left + 100));
    const code = totp.generate();
    const first = await phones(lab, {
      keysAtAnswer: `${own.knockCode}#${own.pin}#${code}#203*0*113*7#1`,
    });
    await first.hears('opened');
    await bye(first);
    await lab.serve.stop();
    await lab.serve.start();
    await until('calls can come', async () => (await lab.rest('GET', '/v1/health')).body.ok);
    const second = await phones(lab, {
      keysAtAnswer: `${own.knockCode}#${own.pin}#${code}#`,
    });
    await second.hears('not-recognised');
    await bye(second);
    expect(await newest('attempt-refused')).toMatchObject({ detail: { reason: 'code-used' } });
    expect(leaks(lab.folder, [body.secret])).toEqual([]);
  });

  test('a code of the printed sheet opens once', async () => {
    const own = { knockCode: '14142*13562*37309', pin: secrets.pin };
    await addTraveller(lab, 'printed', own);
    const { body } = await lab.rest('POST', '/v1/users/printed/sheet');
    const [code] = body.codes as string[];
    const call = (): Promise<Caller> =>
      phones(lab, { keysAtAnswer: `${own.knockCode}#${own.pin}#${code}#` });
    const first = await call();
    await first.hears('address-or-pair');
    await bye(first);
    const second = await call();
    await second.hears('not-recognised');
    await bye(second);
    expect(leaks(lab.folder, [String(code)])).toEqual([]);
  });

  test('whoever knows the knock code alone cannot lock its user out', async () => {
    const attacker = { callerNumber: '5550177' };
    for (let tries = 0; tries < 3; tries++) {
      const caller = await phones(lab, {
        ...attacker,
        keysAtAnswer: `${secrets.knockCode}#0000#`,
      });
      await caller.hears('not-recognised');
      await caller.hears('knock-code');
      await caller.keys(`${secrets.knockCode}#0001#`);
      await caller.hears('not-recognised');
      await bye(caller);
    }
    // the attacker's own telephone is locked, even with the right PIN
    const locked = await phones(lab, {
      ...attacker,
      keysAtAnswer: `${secrets.knockCode}#${secrets.pin}#`,
    });
    await locked.hears('not-recognised');
    await bye(locked);
    const traveller = await phones(lab, { keysAtAnswer: dialString(here) });
    await traveller.hears('opened');
    expect(await stranger()).toBe('in');
    await bye(traveller);
    expect(await lab.cli('lockout', 'list')).toContain('5550177');
  });

  test('a listed number is let in, another one is not, and hears the same', async () => {
    const changed = await lab.rest('PATCH', '/v1/users/traveller', {
      numbers: ['5550119'],
      callerPolicy: 'listed',
    });
    expect(changed.status).toBe(200);
    const other = await phones(lab, {
      callerNumber: '5550133',
      keysAtAnswer: `${secrets.knockCode}#${secrets.pin}#`,
    });
    await other.hears('not-recognised');
    await bye(other);
    expect(await newest('attempt-refused')).toMatchObject({ detail: { reason: 'not-listed' } });
    const own = await phones(lab, { keysAtAnswer: `${secrets.knockCode}#${secrets.pin}#` });
    await own.hears('address-or-pair');
    await bye(own);
  });

  test('call-back: hung up, phoned at the registered number, and the call goes on there', async () => {
    const own = await lab.places.carrier.answersCalls(carrier, calledPort);
    await lab.rest('PATCH', '/v1/users/traveller', {
      numbers: ['5550123'],
      callerPolicy: 'call-back',
    });
    const forged = await phones(lab, {
      callerNumber: '5550123',
      keysAtAnswer: `${secrets.knockCode}#${secrets.pin}#`,
    });
    await forged.hears('call-back');
    expect(await forged.call.ended).toBe('them');
    await until('the telephone is picked up', async () =>
      (await own.calls()).some(({ state }) => state === 'answered'),
    );
    expect((await own.calls()).at(-1)?.number).toBe('5550123');
    const { fields } = await lab.serve.log.waitFor(
      'the greeting of the second call',
      (line) => line.fields['prompt'] === 'call-back-welcome',
      10_000,
      0,
    );
    await own.key(`${secrets.pin}#203*0*113*7#1`, { toneMs: 90, gapMs: 110 });
    await until('the gate is open', async () => (await stranger()) === 'in', 20_000);
    await own.key('9');
    await until('it is on record', async () => {
      const { body } = await lab.rest('GET', '/v1/calls?limit=2');
      return body.items[0].endedAt !== null;
    });
    const { body } = await lab.rest('GET', '/v1/calls?limit=2');
    expect(body.items).toMatchObject([
      { id: fields['callId'], outcome: 'opened', callBackOf: body.items[1].id },
      { outcome: 'called-back', callBackOf: null },
    ]);
  });

  test('leaves no secret in any file', () => {
    expect(leaks(lab.folder, [secrets.knockCode, secrets.pin, '31415*9265*35897'])).toEqual([]);
  });

  test('silence at the menu ends the call in the end', async () => {
    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('not-arrived', 60_000);
    await bye(caller);
    await until('it is on record', async () => (await active()).length === 1);
  });
});

/** Calls that are not answered. */
describe.skipIf(!kernelAllows.firewall)('admission', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({
      config: {
        admission: {
          at_once: 1,
          refuse_with: 'congestion',
          brake: { failures: 3, within: '10m', for: '6s' },
        },
        // the brake is what is tried here
        access: {
          caller_lockout: { forgiven: 90 },
          user_lockout: { forgiven: 90 },
          strangers_lockout: { forgiven: 500 },
        },
      },
    });
    await addTraveller(lab);
  });
  afterAll(async () => {
    await lab.stop();
  });

  const audit = async (kind: string): Promise<any[]> =>
    (await lab.rest('GET', `/v1/audit?limit=50&kind=${kind}`)).body.items;

  test('a call too many is not answered, and is on record', async () => {
    const caller = await phones(lab);
    await caller.hears('knock-code');
    await expect(
      lab.places.carrier.phone({
        to: lab.line.to,
        address: lab.line.from,
        extension: lab.line.extension,
        callerNumber: '5550166',
      }),
    ).rejects.toThrow(/503/);
    await caller.call.hangUp();
    await caller.ended();
    expect(await audit('calls-refused')).toMatchObject([{ detail: { reason: 'too-many-calls' } }]);
    const { body } = await lab.rest('GET', '/v1/calls?limit=10');
    expect(body.items).toHaveLength(1);
  });

  test('after too many failures strangers wait; a user’s own telephone does not', async () => {
    await lab.rest('PATCH', '/v1/users/traveller', { numbers: ['5550119'] });
    const guesser = await phones(lab, { callerNumber: '5550155' });
    for (let tries = 0; tries < 3; tries++) {
      await guesser.hears('knock-code');
      await guesser.keys(`${secrets.knockCode}#0000#`);
    }
    await guesser.hears('not-recognised-goodbye');
    await guesser.ended();
    await expect(
      lab.places.carrier.phone({
        to: lab.line.to,
        address: lab.line.from,
        extension: lab.line.extension,
        callerNumber: '5550156',
      }),
    ).rejects.toThrow(/503/);
    const traveller = await phones(lab, { keysAtAnswer: dialString('203.0.113.7') });
    await traveller.hears('opened');
    await traveller.call.hangUp();
    await traveller.ended();
    expect(await audit('brake-began')).toHaveLength(1);
    const { body } = await lab.rest('GET', '/v1/status');
    expect(JSON.stringify(body)).toContain('brak');
    await until(
      'the brake is let go',
      async () => (await audit('brake-ended')).length === 1,
      20_000,
    );
    const stranger = await phones(lab, { callerNumber: '5550156' });
    await stranger.hears('welcome');
    await stranger.call.hangUp();
    await stranger.ended();
  });
});
