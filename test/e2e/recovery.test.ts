import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/start-lab.ts';
import { sh } from '../../lab/shell.ts';
import { kernelAllows } from '../fixtures/abilities.ts';
import { addTraveller, dialString, keysUpTo, phones, secrets, until } from './caller.ts';
import { leaks } from './secrets.ts';

const here = '203.0.113.7';

/** Whatever dies or is meddled with: never open without leave, never on record what is not so, and back by itself. */
describe.skipIf(!kernelAllows.firewall)('recovery', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ config: { reconcile_every: '2s' } });
    await addTraveller(lab);
  });
  afterAll(async () => {
    await lab.stop();
  });
  afterEach(async () => {
    const { body } = await lab.rest('GET', '/v1/grants?state=active');
    for (const { id } of body.items) await lab.rest('DELETE', `/v1/grants/${id}`);
  });

  const stranger = (port = 443) =>
    lab.places.roaming.tryConnect(lab.server, port, { from: here, ms: 700 });
  const active = async () => (await lab.rest('GET', '/v1/grants?state=active')).body.items;
  const audit = async (query: string) =>
    (await lab.rest('GET', `/v1/audit?limit=100${query}`)).body.items;
  const inServer = (...words: string[]) => {
    const [program = '', ...args] = [...lab.at('server'), ...words];
    return sh(program, ...args);
  };
  const well = async () => (await lab.rest('GET', '/v1/health')).body.ok === true;

  test('the helper is killed: the caller hears that nothing was opened, and nothing is on record', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'read-back');
    await lab.helper.kill9();
    await caller.keys('1');
    await caller.hears('nothing-opened');
    expect(caller.said()).not.toContain('opened');
    expect(await caller.ended()).toMatchObject({ outcome: 'failed' });
    expect(await active()).toEqual([]);
    expect((await audit('&kind=gate-failed'))[0]).toMatchObject({ address: here });
    // the guard is the kernel's, and stands without the helper
    expect(await stranger()).toBe('dropped');

    await lab.helper.start();
    await until('all is well', well);
    const next = await phones(lab, { keysAtAnswer: dialString(here) });
    await next.hears('opened');
    expect(await stranger()).toBe('in');
    await next.call.hangUp();
    await next.ended();
  });

  test('the helper is killed and started while somebody is in: nobody is cut off', async () => {
    await lab.rest('POST', '/v1/grants', { user: 'traveller', address: here });
    const held = await lab.places.roaming.hold(lab.server, 22, { from: here });
    await lab.helper.kill9();
    expect(await held.alive()).toBe(true);
    await lab.helper.start();
    expect(await held.alive()).toBe(true);
    expect(await stranger()).toBe('in');
    await held.letGo();
    await until('all is well', well);
  });

  test('a close while the helper is away is made good when it is back', async () => {
    const { body } = await lab.rest('POST', '/v1/grants', { user: 'traveller', address: here });
    await lab.helper.kill9();
    const { status, body: problem } = await lab.rest('DELETE', `/v1/grants/${body.id}`);
    expect(status).toBe(503);
    expect(problem.detail).toMatch(/ended on record/);
    await lab.helper.start();
    await until('the stranger is out', async () => (await stranger()) === 'dropped');
    await until('all is well', well);
  });

  test('a helper that hangs at key 1 opens nothing for good', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'read-back');
    lab.helper.freeze();
    await caller.keys('1');
    await caller.hears('nothing-opened');
    lab.helper.thaw();
    await caller.ended();
    expect(await active()).toEqual([]);
    await until('the stranger is out', async () => (await stranger()) === 'dropped');
    await until('all is well', well);
  });

  test('dialgate is killed in a call and started: the call ends, is on record, and the next is served', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'pin');
    await lab.serve.kill9();
    await lab.serve.start();
    expect(await caller.call.ended).toBe('them');
    await until('all is well', well);
    const { body } = await lab.rest('GET', '/v1/calls?limit=1');
    expect(body.items[0]).toMatchObject({ outcome: 'interrupted' });
    const next = await phones(lab, { keysAtAnswer: dialString(here) });
    await next.hears('opened');
    await next.call.hangUp();
    await next.ended();
  });

  test('dialgate is killed right after opening: who is in stays in, on record', async () => {
    const caller = await phones(lab, { keysAtAnswer: dialString(here) });
    await caller.hears('opened');
    await lab.serve.kill9();
    expect(await stranger()).toBe('in');
    await lab.serve.start();
    await until('all is well', well);
    expect(await active()).toMatchObject([{ address: here }]);
    expect(await stranger()).toBe('in');
  });

  test('both are killed: the kernel ends what was opened, on time', async () => {
    await lab.rest('POST', '/v1/grants', { user: 'traveller', address: here, seconds: 3 });
    await Promise.all([lab.serve.kill9(), lab.helper.kill9()]);
    expect(await stranger()).toBe('in');
    await until('time is up', async () => (await stranger()) === 'dropped', 6000);
    await Promise.all([lab.serve.start(), lab.helper.start()]);
    await until('all is well', well);
    expect(await stranger()).toBe('dropped');
    await until('the record says so', async () => (await audit('&kind=gate-expired')).length > 0);
  });

  test('Asterisk is killed and started: dialgate reconnects and serves the next call', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'knock-code');
    lab.asterisk.kill('SIGKILL');
    await until('it is said not to be well', async () => !(await well()));
    const { body } = await lab.rest('GET', '/v1/health');
    expect(body.parts.asterisk.ok).toBe(false);
    await lab.startAsterisk();
    await until('all is well', well);
    expect(await caller.ended()).toMatchObject({
      outcome: expect.stringMatching(/abandoned|failed/),
    });
    const next = await phones(lab, { keysAtAnswer: dialString(here) });
    await next.hears('opened');
    expect(await stranger()).toBe('in');
    await next.call.hangUp();
    await next.ended();
  });

  test('a flushed ruleset heals: strangers are out again, and who had leave is in', async () => {
    await lab.rest('POST', '/v1/grants', { user: 'traveller', address: here });
    await inServer('nft', 'flush', 'ruleset');
    await until(
      'the other stranger is out again',
      async () => {
        const other = await lab.places.roaming.tryConnect(lab.server, 443, {
          from: '203.0.113.8',
          ms: 300,
        });
        return other === 'dropped';
      },
      3000,
    );
    await until('the traveller is in again', async () => (await stranger()) === 'in', 5000);
    await until('it is on record', async () => (await audit('&kind=gate-healed')).length > 0);
  });

  test('an element that nobody granted is removed', async () => {
    expect(await stranger()).toBe('dropped');
    await inServer('nft', `add element inet dialgate open4_web { ${here} timeout 1h }`);
    expect(await stranger()).toBe('in');
    await until('the reconciler has seen it', async () => (await stranger()) === 'dropped', 6000);
  });

  test('no secret is in any file, crashes and all', () => {
    expect(leaks(lab.folder, [secrets.knockCode, secrets.pin])).toEqual([]);
  });
});
