import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { phone } from '../../lab/asterisk/sipp.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { until } from '../fixtures/asterisk-exchange.ts';
import { freeUdpPort } from '../fixtures/free-ports.ts';
import { heardKeys, type HeardKeys } from '../fixtures/heard-keys.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('SIPp as the telephone', () => {
  let asterisk: AsteriskFixture;
  let listener: HeardKeys;
  beforeAll(async () => {
    asterisk = await asteriskFixture();
    listener = await heardKeys(asterisk);
  });
  afterAll(async () => {
    await until('no state is left', () => listener.exchange.size === 0);
    await listener.exchange.stop();
    await asterisk.remove();
  });

  test('20 calls at once by one SIPp, each with all of its keys', async () => {
    const keys = '1234567890*#1100';
    const call = phone(
      {
        timing: { toneMs: 100, gapMs: 100 },
        segments: [{ waitMs: 100, keys }],
        hangUpAfterMs: 1000,
      },
      {
        home: asterisk.home,
        extension: asterisk.extension,
        callerNumber: '5550[call_number]',
        to: asterisk.sip,
        from: { address: '127.0.0.1', port: await freeUdpPort(), rtpPort: await freeUdpPort() },
        calls: 20,
        atOnce: 20,
        callsPerSecond: 20,
      },
    );
    const callers = Array.from({ length: 20 }, (_, i) => `5550${i + 1}`);
    const heard = await Promise.all(callers.map((caller) => listener.from(caller, keys)));
    expect(heard).toEqual(callers.map(() => keys));
    expect(await call.ended).toEqual({ ok: true, why: '' });
  });

  test('keys 45 keys at 100 ms on and 100 ms off, in two parts, at that pace', async () => {
    const parts = ['233*245*47812#86420013#', '203*0*113*255#1*##9900'];
    const call = phone(
      {
        timing: { toneMs: 100, gapMs: 100 },
        segments: [
          { waitMs: 0, keys: parts[0] ?? '' },
          { waitMs: 200, keys: parts[1] ?? '' },
        ],
        hangUpAfterMs: 1200,
      },
      {
        home: asterisk.home,
        extension: asterisk.extension,
        callerNumber: '5550199',
        to: asterisk.sip,
        from: { address: '127.0.0.1', port: await freeUdpPort(), rtpPort: await freeUdpPort() },
      },
    );
    const began = performance.now();
    expect(await listener.from('5550199', parts.join(''), 15_000)).toBe(parts.join(''));
    const seconds = (performance.now() - began) / 1000;
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(12);
    expect(await call.ended).toEqual({ ok: true, why: '' });
  });
});
