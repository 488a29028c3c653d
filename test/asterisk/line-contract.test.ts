import { join } from 'node:path';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import type { Line } from '../../src/ivr/line.ts';
import { lineContract } from '../contract/line.ts';
import { ended, exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('with a real Asterisk', () => {
  let asterisk: AsteriskFixture;
  beforeAll(async () => {
    asterisk = await asteriskFixture();
  });
  afterAll(() => asterisk.remove());

  lineContract('its line', async () => {
    const { exchange } = exchangeFor(asterisk);
    const answered = new Promise<Line>((resolve) => {
      exchange.start(async (line) => {
        await line.answer();
        resolve(line);
        await ended(line);
      });
    });
    await until('connected', () => exchange.health().connected);
    const call = await phoneTo(asterisk);
    return {
      line: await answered,
      callerKeys: (keys) => call.key(keys, { toneMs: 80, gapMs: 80 }),
      callerHangsUp: () => call.hangUp(),
      sound: (seconds) => tone(asterisk.sounds, `tone-${seconds}`, seconds),
      missing: { paths: [join(asterisk.sounds, 'no-such-sound')], length: 1 },
      async end() {
        call.hangUp();
        await exchange.stop();
      },
    };
  });
});
