import { familyOf, type Family } from '../../firewall/wire-network.ts';
import { differences } from './differences.ts';

/**
 * How many targets of a list still stand at that time, in Unix seconds, by the name that
 * `setOf` gives for a service and a family.
 */
export function countStanding(
  lines: readonly string[],
  at: number,
  setOf: (service: string, family: Family) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { target, wanted } of differences([], lines)) {
    const family = familyOf(target);
    for (const [service, until] of wanted) {
      if (until !== 0 && until <= at) continue;
      const set = setOf(service, family);
      counts.set(set, (counts.get(set) ?? 0) + 1);
    }
  }
  return counts;
}
