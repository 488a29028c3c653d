import type { Timer } from '../../src/domain/time.ts';

/** A clock and its timers, which a test moves on. */
export interface Clockwork {
  now: number;
  readonly timer: Timer;
  /** Lets so many seconds pass, ringing what is due in its order, and lets all settle. */
  pass(seconds: number): Promise<void>;
}

export function createClockwork(now = 1e12): Clockwork {
  let rings: { at: number; ring: () => void }[] = [];
  const work: Clockwork = {
    now,
    timer: (seconds, ring) => {
      const one = { at: work.now + seconds * 1000, ring };
      rings.push(one);
      return { cancel: () => void (rings = rings.filter((other) => other !== one)) };
    },
    async pass(seconds) {
      const end = work.now + seconds * 1000;
      await settled();
      for (;;) {
        const next = rings.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        rings = rings.filter((other) => other !== next);
        work.now = next.at;
        next.ring();
        await settled();
      }
      work.now = end;
      await settled();
    },
  };
  return work;
}

/** What waits for promises alone is done after this. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
