import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { AsteriskExchange } from '../../src/asterisk/exchange.ts';
import type { ExchangeOptions } from '../../src/asterisk/exchange-options.ts';
import type { Line } from '../../src/ivr/line.ts';
import { ended, exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk, type AsteriskFixture } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';
import { tone } from '../fixtures/sip-sounds.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('the supervision of a real Asterisk', () => {
  let asterisk: AsteriskFixture;
  let exchanges: AsteriskExchange[] = [];
  let log: string[];

  beforeAll(async () => {
    asterisk = await asteriskFixture({
      moreDialplan: 'exten => 5550155,1,Answer()\n same => n,Wait(60)\n',
    });
  });
  afterAll(() => asterisk.remove());
  beforeEach(() => {
    exchanges = [];
  });
  afterEach(async () => {
    await Promise.all(exchanges.map((exchange) => exchange.stop()));
    expect(exchanges.map((exchange) => exchange.size)).toEqual(exchanges.map(() => 0));
    expect(exchanges[0]?.health()).toEqual({ connected: false, why: 'stopped' });
  });

  function start(
    take: (line: Line) => Promise<void>,
    options: Partial<ExchangeOptions> = {},
  ): AsteriskExchange {
    const made = exchangeFor(asterisk, options);
    ({ log } = made);
    exchanges.push(made.exchange);
    made.exchange.start(take);
    return made.exchange;
  }

  const connected = (exchange: AsteriskExchange): Promise<void> =>
    until('connected', () => exchange.health().connected, 20_000);

  const answerAndWait = async (line: Line): Promise<void> => {
    await line.answer();
    await ended(line);
  };

  async function channels(): Promise<number> {
    const list = await asterisk.ari('GET', 'channels');
    return Array.isArray(list) ? list.length : -1;
  }

  /** A phone call that is answered and hung up by the exchange. */
  async function callIsServed(): Promise<void> {
    const call = await phoneTo(asterisk);
    call.hangUp();
    await until('no channel is left', async () => (await channels()) === 0);
  }

  test('Asterisk killed and restarted: the dead call is dropped, the next one served', async () => {
    const lines: Line[] = [];
    const exchange = start(async (line) => {
      lines.push(line);
      await answerAndWait(line);
    });
    await connected(exchange);
    const call = await phoneTo(asterisk);
    await asterisk.kill9();
    await until('the loss is seen', () => !exchange.health().connected);
    expect(exchange.health().why).toMatch(/closed|cannot be reached/);
    await asterisk.restart();
    const bootedAt = performance.now();
    await connected(exchange);
    expect(performance.now() - bootedAt).toBeLessThan(2500);
    await until('the dead line has ended', () => lines[0]?.ended.aborted === true);
    call.vanish();
    await until('its state is gone', () => exchange.size === 0);
    await callIsServed();
    expect(lines).toHaveLength(2);
  });

  test('Asterisk frozen in mid call: nothing hangs, and it recovers', async () => {
    const sound = tone(asterisk.sounds, 'one', 1);
    const timeouts = { beat: 100, silence: 500, command: 400, ping: 300, playMargin: 300 };
    const seen: string[] = [];
    const exchange = start(
      async (line) => {
        await line.answer();
        if (seen.length > 0) return;
        asterisk.freeze();
        seen.push(await line.play(sound).finished);
        await line.hangUp();
        seen.push('hung up');
      },
      { timeouts },
    );
    await connected(exchange);
    const call = await phoneTo(asterisk);
    await until('the call has ended for us', () => seen.length === 2);
    expect(seen).toEqual(['failed', 'hung up']);
    await until('the silence is noticed', () => !exchange.health().connected);
    await until('it is named', () => /no answer in time/.test(exchange.health().why ?? ''));
    await until('no state is left', () => exchange.size === 0);
    asterisk.thaw();
    await connected(exchange);
    expect(await call.ended).toBe('them');
    await callIsServed();
  });

  test('started before Asterisk: waits, and serves the first call', async () => {
    await asterisk.stop();
    const exchange = start(answerAndWait);
    await until('it is named', () => /ECONNREFUSED/.test(exchange.health().why ?? ''));
    await asterisk.restart();
    await connected(exchange);
    await callIsServed();
    // booting in the meantime was no fault
    expect(log.filter((entry) => entry.startsWith('error'))).toEqual([]);
  });

  test('connecting during boots: nothing thrown, nothing pending', async () => {
    const exchange = start(answerAndWait, { timeouts: { pingPause: 20 } });
    for (let boots = 0; boots < 3; boots += 1) {
      await asterisk.kill9();
      await asterisk.restart();
    }
    await connected(exchange);
    await callIsServed();
  });

  test('a wrong password: said plainly, once, without the password; no exit', async () => {
    const exchange = start(answerAndWait, {
      password: 'not-the-password',
      timeouts: { refusedPause: 100 },
    });
    await until('it is named', () => /refuses/.test(exchange.health().why ?? ''));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(exchange.health().connected).toBe(false);
    expect(log).toHaveLength(1);
    expect(log.join()).not.toContain('not-the-password');
  });

  test('the same application taken by another: told, and not fought over', async () => {
    let told = 0;
    const first = start(answerAndWait, { replaced: () => (told += 1) });
    await connected(first);
    const second = start(answerAndWait);
    await connected(second);
    await until('told', () => told === 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(first.health()).toMatchObject({ connected: false, why: expect.stringMatching(/taken/) });
    expect(second.health().connected).toBe(true);
    await callIsServed();
  });

  test('calls that a crash left behind are ended at connect; other calls are not', async () => {
    const crashed = new WebSocket(
      `${asterisk.ariUrl.replace('http', 'ws')}/ari/events?app=dialgate&api_key=${asterisk.username}:${asterisk.password}`,
    );
    crashed.on('message', (message: Buffer) => {
      const event: unknown = JSON.parse(message.toString());
      const channel = /"id":"([^"]+)"/.exec(JSON.stringify(event))?.[1] ?? '';
      if (message.includes('"StasisStart"'))
        void asterisk.ari('POST', `channels/${channel}/answer`);
    });
    await new Promise((resolve) => crashed.once('open', resolve));
    const orphan = await phoneTo(asterisk);
    crashed.terminate();
    const other = await phoneTo(asterisk, { extension: '5550155' });
    expect(await channels()).toBe(2);

    let taken = 0;
    const exchange = start(async () => {
      taken += 1;
    });
    await connected(exchange);
    expect(await orphan.ended).toBe('them');
    expect(taken).toBe(0);
    await until('the orphan is gone', async () => (await channels()) === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await channels()).toBe(1);
    other.hangUp();
    await until('no channel is left', async () => (await channels()) === 0);
  });

  test('stop ends the calls in progress and those that arrive meanwhile', async () => {
    let letGo: () => void = () => undefined;
    const letGone = new Promise<void>((resolve) => (letGo = resolve));
    const exchange = start(async (line) => {
      await line.answer();
      await letGone;
    });
    await connected(exchange);
    const call = await phoneTo(asterisk);
    const stopped = exchange.stop();
    expect(await call.ended).toBe('them');
    await expect(phoneTo(asterisk)).rejects.toThrow(/not answered/);
    letGo();
    await stopped;
    expect(exchange.health()).toEqual({ connected: false, why: 'stopped' });
    // nobody is there: the dialplan goes on with its own answer
    await expect(phoneTo(asterisk)).rejects.toThrow('SIP 503');
  });
});
