import { useNow } from '../time/clock.ts';
import { agoWords, clockWords, durationWords, instantWords } from '../time/words.ts';

/** A time in the browser's zone; its title has the server's own instant. */
export function Instant({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {instantWords(new Date(at))}
    </time>
  );
}

/** How long ago, kept true. */
export function Ago({ at }: { at: string }) {
  const now = useNow(10_000);
  return (
    <time dateTime={at} title={at}>
      {agoWords((now - Date.parse(at)) / 1000)}
    </time>
  );
}

/** How long still, second by second; not spoken by itself, because it never stops. */
export function Left({ until }: { until: string }) {
  const now = useNow(1000);
  return (
    <time class="clock" dateTime={until} title={until} role="timer" aria-live="off">
      {clockWords((Date.parse(until) - now) / 1000)}
    </time>
  );
}

/** A length of time in words. */
export function Duration({ seconds }: { seconds: number }) {
  return <span class="duration">{durationWords(seconds)}</span>;
}
