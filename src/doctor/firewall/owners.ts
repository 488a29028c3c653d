import type { PacketFilter } from './packet-filter.ts';

/** Firewall programs, by what they name their chains and tables. */
const marks: readonly (readonly [mark: RegExp, owner: string])[] = [
  [/^ufw6?-/, 'ufw'],
  [/^fpbx/, 'the FreePBX firewall'],
  [/^(IN|FWD[IO]?|filter_(INPUT|IN))_/, 'firewalld'],
  [/^f2b-/, 'fail2ban'],
  [/^DOCKER/, 'Docker'],
  [/^crowdsec/, 'CrowdSec'],
];

/** The programs that have left their marks in a filter. */
export function ownersOf({ name, chains }: PacketFilter): string[] {
  const names = [...chains.keys(), name.split(' ').at(-1) ?? ''];
  const found = marks.filter(([mark]) => names.some((one) => mark.test(one)));
  const owners = found.map(([, owner]) => owner);
  return name.endsWith(' firewalld') ? [...new Set([...owners, 'firewalld'])] : owners;
}
