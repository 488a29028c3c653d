import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemTimer } from '../../src/domain/time.ts';

const day = 86_400;

describe('the timer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  // setTimeout takes 2^31-1 ms, which is 24.8 days, and rings at once for more
  test.each([0, 1, 24 * day, 30 * day, 365 * day])('rings once after %i seconds', (seconds) => {
    const ring = vi.fn();
    systemTimer(seconds, ring);
    if (seconds > 0) {
      vi.advanceTimersByTime(seconds * 1000 - 1);
      expect(ring).not.toHaveBeenCalled();
    }
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(40 * day * 1000);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  test('is cancelled at any time', () => {
    const ring = vi.fn();
    for (const passed of [0, 25 * day, 99 * day]) {
      const one = systemTimer(100 * day, ring);
      vi.advanceTimersByTime(passed * 1000);
      one.cancel();
      expect(vi.getTimerCount()).toBe(0);
    }
    expect(ring).not.toHaveBeenCalled();
  });
});
