import type { Actor } from '../domain/attempt.ts';
import { tokenHash } from './secrets.ts';
import { createSummedUp, type SummedUpParts } from './summed-up.ts';

/** A request to the API that was refused at the door. */
export interface RefusedRequest {
  /** `expired`: a session that has ended, or never was. */
  readonly reason: 'no-token' | 'bad-token' | 'expired' | 'forbidden';
  /** The address it came from. */
  readonly from: string;
  /** Who it was, where that is known. */
  readonly by?: Actor | undefined;
  /** The secret of a session: each session that has ended is told of once. Only its hash is kept. */
  readonly session?: string | undefined;
  /** What was wanted, such as `DELETE /v1/grants/:id`; never what was sent. */
  readonly what?: string | undefined;
}

export interface RefusedRequests {
  /** Never throws, and waits for nothing. */
  note(refused: RefusedRequest): void;
  /** Puts on record what is still to be summed up. Never rejects. */
  stop(): Promise<void>;
}

/** A page asks for several things at once, and comes again: so many sessions are remembered. */
const mostTold = 1000;

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
  /** By the hash of its secret; the one that was told of first is the first. */
  const told = new Set<string>();

  function isTold(session: string): boolean {
    const hash = tokenHash(session);
    if (told.has(hash)) return true;
    const [oldest] = told.size < mostTold ? [] : told;
    if (oldest !== undefined) told.delete(oldest);
    told.add(hash);
    return false;
  }

  return {
    note({ reason, from, by, session, what }) {
      if (session !== undefined && isTold(session)) return;
      summedUp.note(reason, from, {
        ...(by !== undefined && { actor: by }),
        ...(what !== undefined && { detail: { what } }),
      });
    },
    stop: () => summedUp.stop(),
  };
}
