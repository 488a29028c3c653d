import { describe, expect, it, test } from 'vitest';
import {
  columnsOf,
  drawOrder,
  heights,
  totals,
} from '../../src/web/views/history/chart-columns.ts';
import { spanOf, spanText } from '../../src/web/views/history/chosen-span.ts';
import { drawn, moved, stepFor, wholeColumns, zoomed } from '../../src/web/views/history/span.ts';

const hour = 3_600_000;
const now = Date.UTC(2025, 5, 1, 12);
const day = { from: now - 24 * hour, to: now };

describe('a span of time', () => {
  test.each([
    [60, 1],
    [3600, 60],
    [86_400, 900],
    [7 * 86_400, 10_800],
    [30 * 86_400, 21_600],
    [3 * 365 * 86_400, 30 * 86_400],
  ])('of %d s has columns of %d s', (seconds, step) => {
    expect(stepFor({ from: 0, to: seconds * 1000 })).toBe(step);
  });

  it('never has more columns than the server counts', () => {
    for (let seconds = 60; seconds < 3 * 365 * 86_400; seconds *= 1.37) {
      const { from, to, step } = wholeColumns({ from: now - seconds * 1000, to: now });
      expect((to - from) / 1000 / step).toBeLessThanOrEqual(122);
      expect(from % (step * 1000)).toBe(0);
      expect(to).toBeGreaterThanOrEqual(now);
    }
  });

  it('is halved about its middle, and never goes beyond now', () => {
    expect(zoomed(day, 0.5, now)).toEqual({ from: now - 18 * hour, to: now - 6 * hour });
    expect(zoomed(day, 2, now)).toEqual({ from: now - 48 * hour, to: now });
    expect(moved(day, -0.25, now)).toEqual({ from: now - 30 * hour, to: now - 6 * hour });
    expect(moved(day, 0.25, now)).toEqual(day);
  });

  it('is never shorter than a minute', () => {
    expect(zoomed({ from: now - 80_000, to: now }, 0.1, now)).toEqual({
      from: now - 70_000,
      to: now - 10_000,
    });
    expect(drawn(now - 500, now - 400, now).to - drawn(now - 500, now - 400, now).from).toBe(
      60_000,
    );
    expect(drawn(now - hour, now - 3 * hour, now)).toEqual({
      from: now - 3 * hour,
      to: now - hour,
    });
  });

  it('stands in the address bar, and is read again', () => {
    const chosen = { from: now - 5 * hour, to: now - hour };
    expect(spanOf(spanText(chosen), now)).toEqual(chosen);
    expect(spanOf('7d', now)).toEqual({ from: now - 168 * hour, to: now, name: '7d' });
    for (const text of [null, '', 'x', 'a_b', '2025-06-01_2024-06-01', '1000-01-01_2025-01-01']) {
      expect(spanOf(text, now).name).toBe('24h');
    }
  });
});

describe('the columns', () => {
  const span = { from: now - 3 * hour, to: now, step: 3600 };
  const at = (hours: number): string => new Date(now - hours * hour).toISOString();
  const columns = columnsOf(
    [
      { at: at(3), counts: { 'attempt-accepted': 2, 'attempt-refused': 1, 'gate-opened': 2 } },
      { at: at(1), counts: { 'attempt-refused': 4, 'user-changed': 9 } },
      { at: at(5), counts: { 'attempt-refused': 100 } },
      { at: at(-1), counts: { 'attempt-refused': 100 } },
    ],
    span,
  );

  it('are there whether anything was counted or not, and no others', () => {
    expect(columns.at).toEqual([3, 2, 1].map((hours) => (now - hours * hour) / 1000));
    expect(columns.counts['attempt-accepted']).toEqual([2, 0, 0]);
    expect(columns.counts['attempt-refused']).toEqual([1, 0, 4]);
    expect(totals(columns)).toEqual({
      'attempt-accepted': 2,
      'attempt-refused': 5,
      'gate-opened': 2,
      'lockout-began': 0,
    });
  });

  it('stand upon each other, without those that are hidden', () => {
    const all = heights(columns, new Set());
    expect(all['attempt-refused']).toEqual([3, 0, 4]);
    expect(all['gate-opened']).toEqual([2, 0, 0]);
    const some = heights(columns, new Set(['attempt-accepted'] as const));
    expect(some['attempt-refused']).toEqual([1, 0, 4]);
    // what reaches highest is drawn first
    expect(drawOrder.indexOf('attempt-refused')).toBeLessThan(
      drawOrder.indexOf('attempt-accepted'),
    );
  });
});
