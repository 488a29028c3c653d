import { useEffect, useState } from 'preact/hooks';

/** The time, anew each so many ms; drawn by whoever shows how long something takes. */
export function useNow(every = 1000): number {
  const [now, see] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => see(Date.now()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  return now;
}
