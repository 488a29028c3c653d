/** The two families; a host and a network of each stand in one set side by side. */
export const families = ['4', '6'] as const;
export type Family = (typeof families)[number];

export const familyOf = (address: string): Family => (address.includes(':') ? '6' : '4');

/** As the administrator's rules name it: `dialgate_sip4`. */
export const setName = (prefix: string, service: string, family: Family): string =>
  `${prefix}_${service}${family}`;

/** The set of entries: `dialgate_sip4s`. No name of ipset has more than 31 letters, so there is room for one. */
export const standName = (prefix: string, service: string, family: Family): string =>
  `${setName(prefix, service, family)}s`;

/** Where a set of entries is put together before it takes the place of the other. */
export const draftName = (prefix: string, service: string, family: Family): string =>
  `${setName(prefix, service, family)}n`;

/** Not hash:ip, which would take 2^64 elements for a /64. */
const typeName = 'hash:net';
const inet: Record<Family, string> = { '4': 'inet', '6': 'inet6' };

/** A line for `ipset restore`; without a name for the command line. */
export function createLine(name: string, family: Family, size: number): string {
  return `create ${name} ${typeName} family ${inet[family]} timeout 0 counters maxelem ${size}`;
}

/** The same for entries, whose packets nobody asks for. */
export function createStandLine(name: string, family: Family, size: number): string {
  return `create ${name} ${typeName} family ${inet[family]} timeout 0 maxelem ${size}`;
}

/** What `ipset list -t` prints of one set. */
export interface Header {
  readonly type: string;
  readonly words: readonly string[];
  /** Those that have not ended. */
  readonly entries: number;
}

/** By name. */
export function parseHeaders(listing: string): Map<string, Header> {
  const blocks = listing.split(/^(?=Name: )/m).filter((block) => block.startsWith('Name: '));
  const field = (block: string, name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return new Map(
    blocks.map((block) => [
      field(block, 'Name'),
      {
        type: field(block, 'Type'),
        words: field(block, 'Header').split(' '),
        entries: Number(field(block, 'Number of entries')),
      },
    ]),
  );
}

/** What keeps a set from holding what we put there. */
export function shapeFault(
  { type, words }: Header,
  family: Family,
  counted: boolean,
): string | undefined {
  const its = words[words.indexOf('family') + 1];
  if (type !== typeName) return `is of type ${type}, not ${typeName}`;
  if (its !== inet[family]) return `is of family ${its}, not ${inet[family]}`;
  if (!words.includes('timeout')) return 'has no timeouts, so nothing in it would ever end';
  return !counted || words.includes('counters') ? undefined : 'has no counters';
}
