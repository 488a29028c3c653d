import { useEffect, useRef, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../api/problem.ts';

/** Something that is done once at a time, and what went wrong with it the last time. */
export function useDoing(): {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  /** True when it was done, false when it failed or was being done already. */
  readonly run: (what: () => Promise<unknown>) => Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  // state is a drawing late: two presses in one frame would be two requests
  const running = useRef(false);
  const drawn = useRef(true);
  useEffect(() => () => void (drawn.current = false), []);

  const run = async (what: () => Promise<unknown>): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await what();
      return true;
    } catch (error) {
      if (drawn.current) setProblem(asProblem(error));
      return false;
    } finally {
      running.current = false;
      if (drawn.current) setBusy(false);
    }
  };
  return { busy, problem, run };
}
