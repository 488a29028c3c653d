/**
 * A lock: work handed to it runs in order, never two at once. Whoever hands in
 * work must see to it that the work ends (every port has its own time limit).
 */
export type OneAtATime = <T>(work: () => Promise<T>) => Promise<T>;

export function oneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    // the next in line runs whether this one succeeds or not
    last = result.catch(() => undefined);
    return result;
  };
}
