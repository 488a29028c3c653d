import type { Caller } from './caller.ts';
import { createSummedUp, type SummedUpParts } from './summed-up.ts';

/** Puts calls on record that were not answered, so that a flood of them costs a handful of rows. */
export interface RefusedCalls {
  /** Never throws, and waits for nothing. */
  note(reason: string, caller: Caller): void;
  /** Puts on record what is still to be summed up. Never rejects. */
  stop(): Promise<void>;
}

export function createRefusedCalls(parts: SummedUpParts): RefusedCalls {
  const summedUp = createSummedUp<Caller>(
    {
      kind: 'calls-refused',
      alarm: 'calls were not answered',
      source: 'caller',
      sources: 'callers',
    },
    parts,
  );
  return {
    note: (reason, caller) => summedUp.note(reason, caller, { caller }),
    stop: () => summedUp.stop(),
  };
}
