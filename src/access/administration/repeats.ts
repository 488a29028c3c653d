import { AccessError } from '../../domain/access-error.ts';
import type { Actor } from '../../domain/attempt.ts';
import { after, type Instant, type Seconds } from '../../domain/time.ts';
import type { AdministrationParts } from './parts.ts';

/** What is asked with a key of the asker's own choice, so that it is done once. */
export interface KeyedRequest {
  readonly by: Actor;
  readonly key: string;
  /** All that makes it another request: what is asked, of what, with which content. */
  readonly request: string;
}

export interface RepeatAdministration {
  /**
   * Does the work, or answers what was answered when it was done. The answer is kept for a
   * day, sealed with the key itself: it may hold a PIN, and whoever has the database and the
   * key file still lacks the key that only the asker knows.
   * @throws AccessError `key-reused` (for another request), `key-in-use` (it is being done
   *   now), `outcome-unknown` (it was begun, and nobody knows what came of it),
   *   `too-many-requests`, and whatever the work throws.
   */
  once<T>(asked: KeyedRequest, work: () => Promise<T>): Promise<{ answer: T; repeated: boolean }>;
}

const keptFor: Seconds = 86_400;
/** Each is a row of about a kilobyte; that of a whole batch of entries up to two hundred. */
const mostKept = 10_000;
const sweepEvery: Seconds = 60;

export function repeatAdministration(parts: AdministrationParts): RepeatAdministration {
  const { secrets, clock } = parts;
  const { answers } = parts.stores;
  const underWay = new Set<string>();
  let sweptAt: Instant = -Infinity;

  async function sweep(now: Instant): Promise<void> {
    if (now < after(sweptAt, sweepEvery) && now >= sweptAt) return;
    sweptAt = now;
    await answers.forgetBefore(after(now, -keptFor));
  }

  async function take(lookup: string, { by }: KeyedRequest, hash: string): Promise<string | null> {
    const now = clock.now();
    await sweep(now);
    if ((await answers.countOf(by)) >= mostKept) {
      throw new AccessError(
        'too-many-requests',
        `Within a day ${mostKept} keys can be used; send requests without Idempotency-Key, or wait.`,
      );
    }
    let taken = await answers.take(lookup, by, hash, now);
    if (taken && now >= after(taken.beganAt, keptFor)) {
      await answers.release(lookup);
      taken = await answers.take(lookup, by, hash, now);
    }
    if (!taken) return null;
    if (taken.request !== hash) {
      throw new AccessError(
        'key-reused',
        'This Idempotency-Key was sent with another request within the last day; make a new one for each.',
      );
    }
    if (taken.answer !== null) return taken.answer;
    throw new AccessError(
      'outcome-unknown',
      'This was begun before, and what came of it is not known: look before asking again with a new Idempotency-Key.',
    );
  }

  return {
    async once<T>(asked: KeyedRequest, work: () => Promise<T>) {
      const box = secrets.answerBox(asked.by, asked.key);
      const { lookup } = box;
      if (underWay.has(lookup)) {
        throw new AccessError(
          'key-in-use',
          'A request with this Idempotency-Key is being done now; ask again in a moment.',
        );
      }
      underWay.add(lookup);
      try {
        const kept = await take(lookup, asked, box.hashOf(asked.request));
        if (kept !== null) {
          const text = box.open(kept);
          if (text === undefined) {
            throw new AccessError('outcome-unknown', 'The answer that was kept cannot be read.');
          }
          return { answer: JSON.parse(text) as T, repeated: true };
        }
        const answer = await work().catch(async (error: unknown) => {
          // where the rules refuse nothing was done, and it may be tried again
          if (error instanceof AccessError) await answers.release(lookup).catch(() => undefined);
          throw error;
        });
        // what is done is done, and is answered even if that cannot be kept
        await answers.keep(lookup, box.seal(JSON.stringify(answer))).catch(() => undefined);
        return { answer, repeated: false };
      } finally {
        underWay.delete(lookup);
      }
    },
  };
}
