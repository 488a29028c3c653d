import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('the dialplan that is shipped', () => {
  let asterisk: AsteriskFixture;
  beforeAll(async () => {
    asterisk = await asteriskFixture({ longestCall: 2 });
  });
  afterAll(() => asterisk.remove());

  test('loads without a complaint', () => {
    expect(asterisk.logged()).not.toMatch(/WARNING|ERROR/);
  });

  test('without dialgate, nobody answers: SIP 503', async () => {
    await expect(phoneTo(asterisk)).rejects.toThrow('SIP 503');
  });

  test('another number is not known', async () => {
    await expect(phoneTo(asterisk, { extension: '5550143' })).rejects.toThrow('SIP 404');
  });

  test('a call ends after its longest time, even when the application hangs', async () => {
    const { exchange } = exchangeFor(asterisk, { timeouts: { stop: 100 } });
    let seen = false;
    let letGo: () => void = () => undefined;
    exchange.start(async (line) => {
      await line.answer();
      line.ended.addEventListener('abort', () => (seen = true));
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    await until('connected', () => exchange.health().connected);
    const call = await phoneTo(asterisk);
    expect(await call.ended).toBe('them');
    expect(performance.now() - call.answeredAt).toBeGreaterThan(1500);
    await until('it is seen', () => seen);
    letGo();
    await exchange.stop();
  });
});
