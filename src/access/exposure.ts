import type { Instant, Seconds } from '../domain/time.ts';

/** So many wrong PINs behind one knock code: whoever keys them knows the code. */
export const tellingFailures = 20;

/** Notices that somebody other than the user knows a knock code. */
export interface Exposure {
  /** One more wrong PIN behind this code; true once, when they have become too many. */
  noted(knockCodeLookup: string, now: Instant): boolean;
}

/**
 * In memory: after a restart it is noticed, and told, once more. It is told again only
 * when there was no failure for as long as they are remembered; a new knock code begins anew.
 */
export function createExposure(memory: Seconds): Exposure {
  const codes = new Map<string, { times: Instant[]; told: boolean }>();

  return {
    noted(lookup, now) {
      const seen = codes.get(lookup);
      const recent = (seen?.times ?? []).filter((time) => Math.abs(now - time) < memory * 1000);
      const told = recent.length > 0 && seen?.told === true;
      const times = [...recent, now].slice(-tellingFailures);
      const tell = !told && times.length === tellingFailures;
      codes.set(lookup, { times, told: told || tell });
      return tell;
    },
  };
}
