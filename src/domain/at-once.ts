/** Work handed to it runs in order, never more than so many at once. */
export type AtOnce = <T>(work: () => Promise<T>) => Promise<T>;

/** `most` from 1. Whoever hands in work must see to it that the work ends. */
export function atMostAtOnce(most: number): AtOnce {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    // a place is handed on, so that nobody who comes later can take it
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
