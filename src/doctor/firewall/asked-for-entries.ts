import type { HelperConfig } from '../../helper/config/config.ts';
import { standName as ipsetName } from '../../helper/ipset/set-names.ts';
import { standName, standNetName } from '../../helper/nftset/set-names.ts';
import { note, type Finding } from '../finding.ts';
import type { HostFilters } from './read-host.ts';

/** Whether the administrator's rules ask for the sets in which standing entries are. */
export function entriesFindings(
  { text }: Pick<HostFilters, 'text'>,
  { services, backend, standing }: Pick<HelperConfig, 'services' | 'backend' | 'standing'>,
): Finding[] {
  if (backend.kind === 'guard' || standing.most === 0) return [];
  const isAsked = (service: string): boolean => {
    if (backend.kind === 'ipset') {
      return text.includes(`--match-set ${ipsetName(backend.prefix, service, '4')} `);
    }
    return [standName, standNetName].every((nameOf) =>
      text.includes(`"@${nameOf(backend, service, 4) ?? ''}"`),
    );
  };
  const missing = services.map(({ name }) => name).filter((name) => !isAsked(name));
  if (missing.length === 0) return [];
  return [
    note(
      `No rule asks the sets of standing entries of ${missing.join(', ')}: "dialgate host add" lets nobody in there.`,
      'Add rules that let in whoever is in them (docs/firewalls.md shows such rules), or say "standing": {"most": 0} in helper.json.',
    ),
  ];
}
