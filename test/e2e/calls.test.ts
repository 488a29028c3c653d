import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/start-lab.ts';
import { kernelAllows } from '../fixtures/abilities.ts';
import { addTraveller, dialString, keysUpTo, phones, secrets, until } from './caller.ts';
import { leaks } from './secrets.ts';

const here = '203.0.113.7';
const forgiving = { forgiven: 90 };

/** Real calls through a real Asterisk at a real firewall, in namespaces of their own. */
describe.skipIf(!kernelAllows.firewall)('a call', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({
      config: {
        access: {
          user_lockout: forgiving,
          caller_lockout: forgiving,
          strangers_lockout: { forgiven: 500 },
        },
      },
    });
    await addTraveller(lab);
  });
  afterAll(async () => {
    await lab.stop();
  });
  afterEach(async () => {
    const { body } = await lab.rest('GET', '/v1/grants?state=active');
    for (const { id } of body.items) await lab.rest('DELETE', `/v1/grants/${id}`);
    expect(await leftBehind()).toBe('0 active channels');
  });

  const stranger = (port = 443, from = here) =>
    lab.places.roaming.tryConnect(lab.server, port, { from, ms: 700 });
  const active = async () => (await lab.rest('GET', '/v1/grants?state=active')).body.items;
  const audit = async (query = '') =>
    (await lab.rest('GET', `/v1/audit?limit=100${query}`)).body.items;
  async function leftBehind(): Promise<string> {
    let line = '';
    for (let tries = 0; tries < 60; tries++) {
      line =
        /\d+ active channels?/.exec(await lab.asterisk.cli('core show channels count'))?.[0] ?? '';
      if (line === '0 active channels') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return line;
  }

  test('lets a stranger in who keys everything right, by SIPp', async () => {
    expect(await stranger()).toBe('dropped');
    const plan = {
      // SIPp takes 0.4 s a key, so it does not stay to hear the server's address
      hangUpAfterMs: 500,
      segments: [
        { waitMs: 300, keys: `${secrets.knockCode}#${secrets.pin}#${here.replaceAll('.', '*')}#1` },
      ],
    };
    expect(await lab.call(plan).ended).toEqual({ ok: true, why: '' });
    expect(await stranger()).toBe('in');
    expect(await stranger(22)).toBe('in');
    // only that address
    expect(await stranger(443, '203.0.113.8')).toBe('dropped');

    const [grant] = await active();
    expect(grant).toMatchObject({ userName: 'traveller', address: here });
    expect(grant.packets).toBeGreaterThan(0);
    const trail = (await audit(`&callId=${grant.callId}`)).map((row: { kind: string }) => row.kind);
    expect(trail).toEqual(['call-ended', 'gate-opened', 'attempt-accepted', 'call-began']);
    const { body } = await lab.rest('GET', '/v1/calls?limit=1');
    expect(body.items[0]).toMatchObject({ outcome: 'opened', callerNumber: '5550119' });
  });

  test('in one dial string, keyed fast from the instant of the answer', async () => {
    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('opened');
    expect(await stranger()).toBe('in');
    await caller.hears('server-address');
    await caller.keys('9');
    expect(await caller.call.ended).toBe('them');
    expect(await caller.ended()).toMatchObject({ outcome: 'opened' });
  });

  test('with a wrong PIN three times ends, and opens nothing', async () => {
    const caller = await phones(lab);
    for (const last of ['not-recognised', 'not-recognised', 'not-recognised-goodbye']) {
      await caller.hears('knock-code');
      await caller.keys(`${secrets.knockCode}#`);
      await caller.hears('pin');
      await caller.keys('0000#');
      await caller.hears(last);
    }
    expect(await caller.call.ended).toBe('them');
    expect(await caller.ended()).toMatchObject({ outcome: 'refused' });
    expect(await stranger()).toBe('dropped');
    const refused = await audit('&kind=attempt-refused');
    expect(refused.slice(0, 3).map((r: any) => r.detail.reason)).toEqual(
      Array(3).fill('wrong-pin'),
    );
  });

  test('of a disabled user, and with an unknown code, sounds the same as with a wrong PIN', async () => {
    await addTraveller(lab, 'gone', { knockCode: '16180*33988*54989', pin: secrets.pin });
    await lab.rest('PATCH', '/v1/users/gone', { disabled: true });
    const heard: string[][] = [];
    for (const [code, pin] of [
      ['16180*33988*54989', secrets.pin],
      ['1*2*3', secrets.pin],
      [secrets.knockCode, '0000'],
    ]) {
      const caller = await phones(lab, { keysAtAnswer: `${code}#${pin}#` });
      await caller.hears('not-recognised');
      await caller.call.hangUp();
      await caller.ended();
      heard.push(caller.said());
    }
    expect(heard[0]).toEqual(heard[1]);
    expect(heard[1]).toEqual(heard[2]);
  });

  test('with a private address is told so, and lets the right one in', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'address');
    await caller.keys('192*168*1*20#');
    await caller.hears('address-private');
    await caller.hears('address-or-pair');
    await caller.keys('203000113007');
    await caller.hears('read-back');
    await caller.keys('1');
    await caller.hears('opened');
    expect(await stranger()).toBe('in');
    await caller.call.hangUp();
    await caller.ended();
    expect((await audit('&kind=address-refused'))[0]).toMatchObject({
      address: '192.168.1.20',
      detail: { why: 'private' },
    });
  });

  test.each(['knock-code', 'pin', 'address', 'read-back'] as const)(
    'hung up at %s opens nothing and is on record',
    async (at) => {
      const caller = await phones(lab);
      await keysUpTo(caller, at);
      await caller.call.hangUp();
      expect(await caller.ended()).toMatchObject({ outcome: 'abandoned' });
      expect(await active()).toEqual([]);
    },
  );

  test('hung up right after 1 still opens', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'read-back');
    // as quickly as a person could: Asterisk forgets a key whose end it has not yet passed on when the call ends,
    // and draws out to 80 ms what is shorter
    await caller.keys('1', { toneMs: 120, gapMs: 150 });
    await caller.call.hangUp();
    expect(await caller.ended()).toMatchObject({ outcome: 'opened' });
    expect(await stranger()).toBe('in');
  });

  test('that vanishes without a word is ended and opens nothing', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'pin');
    await caller.call.vanish();
    await caller.hears('no-input');
    await lab.asterisk.cli('channel request hangup all');
    expect(await caller.ended()).toMatchObject({ outcome: 'abandoned' });
  });

  test('opened it: closing by REST cuts the connection that is up', async () => {
    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('opened');
    const held = await lab.places.roaming.hold(lab.server, 22, { from: here });
    expect(await held.alive()).toBe(true);
    const [grant] = await active();
    expect((await lab.rest('DELETE', `/v1/grants/${grant.id}`)).status).toBe(200);
    expect(await held.alive(700)).toBe(false);
    expect(await stranger()).toBe('dropped');
    await held.letGo();
    await caller.call.hangUp();
    await caller.ended();
  });

  test('opened it: closing by the command line, too', async () => {
    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('opened');
    const [grant] = await active();
    expect(await lab.cli('grant', 'list')).toContain(here);
    await lab.cli('grant', 'close', String(grant.id));
    expect(await stranger()).toBe('dropped');
    const [row] = await audit('&kind=gate-closed');
    expect(row.actor).toBe('cli:root');
    await caller.call.hangUp();
    await caller.ended();
  });

  test('time closes it by itself, established connections too', async () => {
    const { body } = await lab.rest('POST', '/v1/grants', {
      user: 'traveller',
      address: here,
      seconds: 3,
    });
    const held = await lab.places.roaming.hold(lab.server, 22, { from: here });
    expect(await held.alive()).toBe(true);
    await until('time is up', async () => Date.now() > Date.parse(body.expiresAt) + 300);
    expect(await held.alive(700)).toBe(false);
    expect(await stranger()).toBe('dropped');
    await held.letGo();
    await until(
      'the record says so',
      async () => (await audit('&kind=gate-expired')).length > 0,
      15_000,
    );
  });

  test('two users behind one address: it goes with the last of them', async () => {
    await addTraveller(lab, 'companion', { knockCode: '57721*56649*15328', pin: secrets.pin });
    const open = async (user: string) =>
      (await lab.rest('POST', '/v1/grants', { user, address: here })).body.id as number;
    const [first, second] = [await open('traveller'), await open('companion')];
    await lab.rest('DELETE', `/v1/grants/${first}`);
    expect(await stranger()).toBe('in');
    await lab.rest('DELETE', `/v1/grants/${second}`);
    expect(await stranger()).toBe('dropped');
  });

  test('the carrier is trusted, and reaches what strangers do not', async () => {
    expect(await lab.places.carrier.tryConnect(lab.server, 443)).toBe('in');
  });

  test('leaves no secret in any file: logs, database, Asterisk’s own', async () => {
    // after all the calls above; the words were spoken, keyed and logged by then
    expect(leaks(lab.folder, [secrets.knockCode, secrets.pin, '57721*56649*15328'])).toEqual([]);
  });
});
