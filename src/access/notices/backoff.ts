import type { Seconds } from '../../domain/time.ts';

const first: Seconds = 5;

/**
 * How long to wait after so many failures: twice as long each time, up to the longest. A part
 * of it is left to chance, so that many who failed together do not come back together.
 * @param failures from 1.
 * @param random from 0 up to 1.
 */
export function waitAfter(failures: number, random: number, longest: Seconds): Seconds {
  const whole = Math.min(first * 2 ** Math.min(failures - 1, 20), longest);
  return whole * (0.5 + random / 2);
}
