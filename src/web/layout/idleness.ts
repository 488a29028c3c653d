import { useEffect } from 'preact/hooks';
import { signOut } from '../api/session.ts';

/** As long as the server waits (http.session.idle, usually). Minutes. */
const longest = 30;
const signs = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * The page keeps itself up to date, which to the server looks like somebody at work. So
 * the page itself notices that nobody is, and signs out.
 */
export function useIdleness(): void {
  useEffect(() => {
    let last = Date.now();
    const seen = (): void => void (last = Date.now());
    for (const sign of signs) window.addEventListener(sign, seen, { passive: true });
    const timer = window.setInterval(() => {
      // should the server not hear it, the next look is in half a minute
      if (Date.now() - last > longest * 60_000) signOut('ended').catch(() => undefined);
    }, 30_000);
    return () => {
      window.clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, seen);
    };
  }, []);
}
