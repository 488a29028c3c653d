import { describe, expect, test, vi } from 'vitest';
import { NotAnswered } from '../../lab/asterisk/sip-phone.ts';
import { ended, until } from '../fixtures/asterisk-exchange.ts';
import { takingLines } from '../fixtures/asterisk-lines.ts';
import { noAsterisk } from '../fixtures/asterisk.ts';
import { phoneTo } from '../fixtures/sip-phone.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe.skipIf(noAsterisk())('a call that is refused', () => {
  const lines = takingLines({}, () => ({ timeouts: { command: 300 } }));

  const statusHeard = async (): Promise<number> => {
    const refusal: unknown = await phoneTo(lines.asterisk).catch((error: unknown) => error);
    return refusal instanceof NotAnswered ? refusal.status : 200;
  };

  test.each([
    ['busy', 486],
    ['congestion', 503],
  ] as const)('%s: the caller hears SIP %i, and nobody has answered', async (tone, status) => {
    const took: number[] = [];
    lines.take = async (line) => {
      const began = performance.now();
      await line.refuse(tone);
      took.push(performance.now() - began);
      expect(line.ended.aborted).toBe(true);
    };
    expect(await statusHeard()).toBe(status);
    await until('it is confirmed', () => took.length === 1);
    expect(took[0]).toBeLessThan(1000);
  });

  test('twice, and after the end, is no error; the first word counts', async () => {
    let over = false;
    lines.take = async (line) => {
      await Promise.all([line.refuse('busy'), line.refuse('congestion'), line.hangUp()]);
      await ended(line);
      await line.refuse('congestion');
      over = true;
    };
    expect(await statusHeard()).toBe(486);
    await until('it is over', () => over);
  });

  test('100 at once are all refused, and none is left', async () => {
    lines.take = (line) => line.refuse('busy');
    const statuses = await Promise.all(Array.from({ length: 100 }, statusHeard));
    expect(new Set(statuses)).toEqual(new Set([486]));
  });

  test('settles in its time, and without an error, when Asterisk is frozen', async () => {
    let took = 0;
    lines.take = async (line) => {
      lines.asterisk.freeze();
      const began = performance.now();
      await line.refuse('busy');
      took = performance.now() - began;
      lines.asterisk.thaw();
    };
    // the command stood in Asterisk's queue, or the list of calls was read afterwards
    expect(await statusHeard()).toBeGreaterThanOrEqual(480);
    expect(took).toBeGreaterThan(250);
    expect(took).toBeLessThan(1500);
  });
});
