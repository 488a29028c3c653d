import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../lab/lab.ts';
import { startLab } from '../../lab/start-lab.ts';
import { kernelAllows } from '../fixtures/abilities.ts';
import { addTraveller, keysUpTo, phones, until } from './caller.ts';

const here = '203.0.113.7';

/** `systemctl stop dialgate`, or a restart for an upgrade, while somebody is on the line. */
describe.skipIf(!kernelAllows.firewall)('stopping', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ config: { reconcile_every: '2s' } });
    await addTraveller(lab);
  });
  afterAll(async () => {
    await lab.stop();
  });
  afterEach(async () => {
    await lab.serve.start();
    await until('all is well', async () => (await lab.rest('GET', '/readyz')).status === 200);
  });

  const stranger = () => lab.places.roaming.tryConnect(lab.server, 443, { from: here, ms: 700 });

  test('whoever is being asked hears that it does not work now, and the call is on record as interrupted', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'pin');
    const stopped = lab.serve.stop();
    await caller.hears('unavailable');
    expect(await caller.call.ended).toBe('them');
    await stopped;
    await lab.serve.start();
    expect(await caller.ended()).toMatchObject({ outcome: 'interrupted' });
    await lab.serve.stop();
  });

  test('what was confirmed is opened and told, and stays open while nobody serves', async () => {
    const caller = await phones(lab);
    await keysUpTo(caller, 'read-back');
    await caller.keys('1');
    const began = performance.now();
    await lab.serve.stop();
    // within systemd's patience, and by itself
    expect(performance.now() - began).toBeLessThan(13_000);
    expect(caller.said()).toContain('opened');
    expect(caller.said()).not.toContain('menu');
    expect(await caller.call.ended).toBe('them');
    expect(await stranger()).toBe('in');
    await lab.serve.start();
    expect(await caller.ended()).toMatchObject({ outcome: 'opened' });
    const { body } = await lab.rest('GET', '/v1/grants?state=active');
    expect(body.items).toMatchObject([{ address: here }]);
    await lab.serve.stop();
  });
});
