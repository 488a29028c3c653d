import { targetText } from '../domain/entry.ts';
import { isUnreachable, type RestClient } from '../http/client.ts';
import type { Plan, Planned } from '../import/plan.ts';

export interface Applied {
  readonly added: number;
  readonly failed: readonly { readonly label: string; readonly why: string }[];
  /** Not even tried, as the server had gone. */
  readonly untried: number;
}

/** Adds one after the other: what is refused costs itself alone. */
export async function applyPlan(rest: RestClient, plan: Plan, source: string): Promise<Applied> {
  const failed: { label: string; why: string }[] = [];
  for (const [at, entry] of plan.entries.entries()) {
    try {
      await rest.post('/v1/entries', requestFor(entry, source));
    } catch (error) {
      failed.push({ label: entry.label, why: (error as Error).message });
      if (isUnreachable(error)) {
        return { added: at + 1 - failed.length, failed, untried: plan.entries.length - at - 1 };
      }
    }
  }
  return { added: plan.entries.length - failed.length, failed, untried: 0 };
}

function requestFor({ label, target, services, until, note }: Planned, source: string): unknown {
  const expiresAt = until === null ? null : new Date(until).toISOString();
  return { label, target: targetText(target), services, expiresAt, note, source };
}
