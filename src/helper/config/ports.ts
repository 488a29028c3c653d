export const protocols = ['tcp', 'udp'] as const;

/** Ports of one protocol, from `first` to `last` inclusive. */
export interface PortRange {
  readonly protocol: (typeof protocols)[number];
  readonly first: number;
  readonly last: number;
}

/** Reads `tcp/22` or `udp/5060-5061`; `undefined` when malformed. */
export function parsePorts(text: string): PortRange | undefined {
  const match = /^(tcp|udp)\/([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?$/.exec(text);
  if (!match) return undefined;
  const protocol = match[1] as 'tcp' | 'udp';
  const first = Number(match[2]);
  const last = Number(match[3] ?? match[2]);
  return first <= last && last <= 65_535 ? { protocol, first, last } : undefined;
}

export function overlap(a: PortRange, b: PortRange): boolean {
  return a.protocol === b.protocol && a.first <= b.last && b.first <= a.last;
}

/** As nftables writes it in a concatenated key: `udp . 5060-5061`. */
export function portKey(port: PortRange): string {
  return `${port.protocol} . ${portSpan(port)}`;
}

export function portText(port: PortRange): string {
  return `${port.protocol}/${portSpan(port)}`;
}

/** `22`, or `5060-5061`. */
export function portSpan({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
