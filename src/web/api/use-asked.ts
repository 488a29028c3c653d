import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { serverNow } from '../time/clock.ts';
import { asProblem, type Problem } from './problem.ts';

export interface Asked<Value> {
  /** The last that came; stays while it is asked anew, and when that fails. */
  readonly value: Value | undefined;
  /** When `value` came, by the server's clock. ms. */
  readonly at: number | undefined;
  readonly problem: Problem | undefined;
  readonly asking: boolean;
  /** Asks once more; what is under way is not waited for. */
  readonly again: () => void;
  /** What is known better already, until the next answer. */
  readonly know: (value: (before: Value | undefined) => Value | undefined) => void;
}

/**
 * Asks when it is first drawn and whenever `key` becomes another; an answer that is
 * late, or to an older question, is thrown away.
 */
export function useAsked<Value>(
  key: string,
  question: (signal: AbortSignal) => Promise<Value>,
): Asked<Value> {
  const [seen, see] = useState<{
    key: string;
    value?: Value | undefined;
    at?: number | undefined;
    problem?: Problem | undefined;
  }>({ key });
  const [round, setRound] = useState(0);
  const [asking, setAsking] = useState(true);
  const latest = useRef(question);
  latest.current = question;

  useEffect(() => {
    const abort = new AbortController();
    setAsking(true);
    latest
      .current(abort.signal)
      .then((value) => {
        if (!abort.signal.aborted) see({ key, value, at: serverNow() });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const problem = asProblem(error);
        see((before) => ({ ...(before.key === key && before), key, problem }));
      })
      .finally(() => {
        if (!abort.signal.aborted) setAsking(false);
      });
    return () => abort.abort();
  }, [key, round]);

  const again = useCallback(() => setRound((count) => count + 1), []);
  const know = useCallback(
    (better: (before: Value | undefined) => Value | undefined) =>
      see((before) => ({ ...before, value: better(before.value) })),
    [],
  );
  const fits = seen.key === key;
  return {
    value: fits ? seen.value : undefined,
    at: fits ? seen.at : undefined,
    problem: fits ? seen.problem : undefined,
    asking,
    again,
    know,
  };
}
