import { expect, test, vi } from 'vitest';
import { ended, exchangeFor, until } from '../fixtures/asterisk-exchange.ts';
import { asteriskFixture, noAsterisk } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 90_000 });

// ari-client by itself gives up after 43 s, and is silent from then on
test.skipIf(noAsterisk())('Asterisk away for 46 seconds: the next call is served', async () => {
  const asterisk = await asteriskFixture();
  const { exchange, log } = exchangeFor(asterisk);
  exchange.start(async (line) => {
    await line.answer();
    await ended(line);
  });
  await until('connected', () => exchange.health().connected);
  await asterisk.kill9();
  await new Promise((resolve) => setTimeout(resolve, 46_000));
  expect(exchange.health().connected).toBe(false);
  await asterisk.restart();
  await until('connected', () => exchange.health().connected, 3000);
  const call = await phoneTo(asterisk);
  call.hangUp();
  await until('no state is left', () => exchange.size === 0);
  await exchange.stop();
  await asterisk.remove();
  // the loss is said once for each reason, however long it lasts
  expect(log.filter((entry) => entry.startsWith('warn')).length).toBeLessThan(6);
});
