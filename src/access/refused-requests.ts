import type { Actor } from '../domain/attempt.ts';
import { createSummedUp, type SummedUpParts } from './summed-up.ts';

/** A request to the API that was refused at the door. */
export interface RefusedRequest {
  /** `expired`: a session that has ended, or never was. */
  readonly reason: 'no-token' | 'bad-token' | 'expired' | 'forbidden';
  /** The address it came from. */
  readonly from: string;
  /** Who it was, where that is known. */
  readonly by?: Actor | undefined;
  /** What was wanted, such as `DELETE /v1/grants/:id`; never what was sent. */
  readonly what?: string | undefined;
}

export interface RefusedRequests {
  /** Never throws, and waits for nothing. */
  note(refused: RefusedRequest): void;
  /** Puts on record what is still to be summed up. Never rejects. */
  stop(): Promise<void>;
}

export function createRefusedRequests(parts: SummedUpParts): RefusedRequests {
  const summedUp = createSummedUp<string>(
    {
      kind: 'access-refused',
      alarm: 'requests to the API were refused',
      source: 'from',
      sources: 'addresses',
    },
    parts,
  );
  return {
    note: ({ reason, from, by, what }) =>
      summedUp.note(reason, from, {
        ...(by !== undefined && { actor: by }),
        ...(what !== undefined && { detail: { what } }),
      }),
    stop: () => summedUp.stop(),
  };
}
