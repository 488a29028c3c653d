import type { Finding } from './set-check.ts';
import { families } from '../nft/lasting-lines.ts';
import { standName, standNetName, type SetConfig } from './set-names.ts';

/** As `nft monitor` prints it when somebody takes out what stands; for grep -E. */
export function lossPattern(config: SetConfig): string {
  const names = [...config.sets.keys()].flatMap((service) =>
    families.flatMap((family) =>
      [standName, standNetName].flatMap((nameOf) => nameOf(config, service, family) ?? []),
    ),
  );
  return `^delete element ${config.family} ${config.table} (${names.join('|')})( |$)`;
}

/** What keeps visitors out, and what works in part: in words. */
export function wordsOf(
  findings: readonly Finding[],
  mayStand: boolean,
): { readonly faults: readonly string[]; readonly hints: readonly string[] } {
  const faults = unique(findings.filter(({ set }) => !set.stands).map(({ fault }) => fault));
  const hints = unique(findings.map(({ hint }) => hint));
  const places = unique(findings.filter(({ set }) => set.stands).map(({ fault }) => fault)).filter(
    (fault) => !faults.includes(fault),
  );
  if (!mayStand || places.length === 0) return { faults, hints };
  const message = `Standing entries (dialgate host) have no place: ${places.join('; ')}. Where you need none, say "standing": {"most": 0} in helper.json.`;
  return { faults, hints: [...hints, message] };
}

const unique = (words: readonly (string | undefined)[]): string[] => [
  ...new Set(words.filter((one) => one !== undefined)),
];
