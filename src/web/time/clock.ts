import { useEffect, useState } from 'preact/hooks';

/** How far the server's clock is ahead of the browser's. ms. */
let ahead = 0;
/** `Date` has whole seconds, and the answer took its time on the way. ms. */
const doubt = 2500;

/** @param date The header of an answer, just come. */
export function noteServerTime(date: string | null): void {
  const server = date === null ? Number.NaN : Date.parse(date) + 500;
  if (Number.isNaN(server)) return;
  const difference = server - Date.now();
  ahead = Math.abs(difference) > doubt ? difference : 0;
}

/** The server's time: what is open ends by its clock, and this one may be wrong. */
export const serverNow = (): number => Date.now() + ahead;

/** The server's time, anew each so many ms; drawn by whoever shows how long something takes. */
export function useNow(every = 1000): number {
  const [now, see] = useState(serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => see(serverNow()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  return now;
}
