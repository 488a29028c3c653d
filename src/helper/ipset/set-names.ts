/** The two families; a host and a network of each stand in one set side by side. */
export const families = ['4', '6'] as const;
export type Family = (typeof families)[number];

export const familyOf = (address: string): Family => (address.includes(':') ? '6' : '4');

/** As the administrator's rules name it: `dialgate_sip4`. */
export const setName = (prefix: string, service: string, family: Family): string =>
  `${prefix}_${service}${family}`;

/** Not hash:ip, which would take 2^64 elements for a /64. */
const typeName = 'hash:net';
const inet: Record<Family, string> = { '4': 'inet', '6': 'inet6' };

/** A line for `ipset restore`; without a name for the command line. */
export function createLine(name: string, family: Family, size: number): string {
  return `create ${name} ${typeName} family ${inet[family]} timeout 0 counters maxelem ${size}`;
}

/** What keeps a set with this header, as `ipset list` prints it, from holding what we put there. */
export function shapeFault(listing: string, family: Family): string | undefined {
  const type = /^Type: (\S+)$/m.exec(listing)?.[1];
  const words = /^Header: (.*)$/m.exec(listing)?.[1]?.split(' ') ?? [];
  const its = words[words.indexOf('family') + 1];
  if (type !== typeName) return `is of type ${type}, not ${typeName}`;
  if (its !== inet[family]) return `is of family ${its}, not ${inet[family]}`;
  if (!words.includes('timeout')) return 'has no timeouts, so nothing in it would ever end';
  return words.includes('counters') ? undefined : 'has no counters';
}
