import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PhoneOptions } from '../../lab/asterisk/sip-phone.ts';
import { until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { heardKeys, type HeardKeys } from '../fixtures/heard-keys.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

/** A whole call in one go: knock code, PIN, address, 1. */
const dialString = '233*245*47812#86420013#203*0*113*255#1*##9900';
const short = '1122*3#900#';

const usual = { toneMs: 100, gapMs: 100 };
const variants: readonly [string, string, Partial<PhoneOptions>][] = [
  ['45 keys, 100 ms on and 100 ms off', dialString, { timing: usual }],
  ['keys of 20 ms', short, { timing: { toneMs: 20, gapMs: 80 } }],
  ['keys of 40 ms', short, { timing: { toneMs: 40, gapMs: 60 } }],
  ['keys of 60 ms', short, { timing: { toneMs: 60, gapMs: 60 } }],
  ['keys of 3 s', '77#', { timing: { toneMs: 3000, gapMs: 100 } }],
  ['stars and hashes', '**##*#*#**##', { timing: usual }],
  ['every packet twice', short, { timing: usual, badLine: { copies: 2 } }],
  ['every packet three times', short, { timing: usual, badLine: { copies: 3 } }],
  ['2 of 100 packets lost', dialString, { timing: usual, badLine: { lossPercent: 2 } }],
  ['15 ms of jitter', dialString, { timing: usual, badLine: { jitterMs: 15 } }],
  ['30 ms of jitter', dialString, { timing: usual, badLine: { jitterMs: 30 } }],
  [
    'all at once: lost, late and doubled',
    dialString,
    { timing: usual, badLine: { lossPercent: 2, jitterMs: 20, copies: 2 } },
  ],
];

describe.skipIf(noAsterisk())('keys', () => {
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

  test.concurrent.each(variants)('%s', async (name, keys, options) => {
    const callerNumber = String(5_550_150 + variants.findIndex(([n]) => n === name));
    const call = await phoneTo(asterisk, { ...options, callerNumber, keysAtAnswer: keys });
    expect(await listener.from(callerNumber, keys, 16_000)).toBe(keys);
    call.hangUp();
  });

  test.concurrent.each([
    ['application/dtmf-relay', '5550170'],
    ['application/dtmf', '5550171'],
  ] as const)('SIP INFO, %s', async (type, callerNumber) => {
    const call = await phoneTo(asterisk, { callerNumber });
    await call.info('1234567890*#1100', type);
    expect(await listener.from(callerNumber, '1234567890*#1100')).toBe('1234567890*#1100');
    call.hangUp();
  });
});
