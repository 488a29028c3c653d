import { useEffect, useRef } from 'preact/hooks';
import { useHappenings, useLive, useMissed } from './events.ts';
import type { Kind } from './kinds.ts';
import type { Asked } from './use-asked.ts';

/** Happenings come in flocks: one look for all within this. ms. */
const flock = 200;
/** What changes without a happening (packets, what a part says of itself), and all of it without events. ms. */
const usual = 15_000;

/**
 * Looks again when something of these kinds happens, when happenings break off or come
 * again, now and then, and when the page is looked at after it was hidden.
 */
export function useKept(
  kinds: readonly Kind[],
  { again, asking }: Pick<Asked<unknown>, 'again' | 'asking'>,
  every = usual,
): void {
  const live = useLive();
  const underWay = useRef(asking);
  underWay.current = asking;
  const timer = useRef<number | undefined>(undefined);
  useHappenings(kinds, () => {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      again();
    }, flock);
  });
  useMissed(again);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const drawnFirst = useRef(true);
  useEffect(() => {
    // what is asked when it is first drawn is not asked twice
    if (!drawnFirst.current) again();
    drawnFirst.current = false;
  }, [live, again]);

  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') again();
    };
    const interval = window.setInterval(() => {
      // begun anew each time, a look that hangs would never be found to
      if (!underWay.current) look();
    }, every);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.clearInterval(interval);
      document.removeEventListener('visibilitychange', look);
    };
  }, [again, every]);
}
