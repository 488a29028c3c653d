import { after, type Clock, type Instant, type Seconds } from '../../domain/time.ts';

/** A clock that is put right by as much is no news: NTP does so. */
const forgivenStep: Seconds = 60;
/** After a start or a jump; a clock that was set wrong is mostly put right within this. */
const settling: Seconds = 600;

/**
 * Whether the clock has run evenly for a while, as a clock that nobody can set
 * (`steady`, in milliseconds) has it. To be asked every few seconds.
 */
export function createSettledClock(clock: Clock, steady: () => number): () => boolean {
  let offset = clock.now() - steady();
  let evenSince: Instant = steady();

  return () => {
    const seen = clock.now() - steady();
    if (Math.abs(seen - offset) > forgivenStep * 1000) evenSince = steady();
    offset = seen;
    return steady() >= after(evenSince, settling);
  };
}
