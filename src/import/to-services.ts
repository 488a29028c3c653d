import type { PortSpan, Wanted } from './reading.ts';

/** A service of this site; ports as `udp/5060-5061`, null where only names are known. */
export interface KnownService {
  readonly name: string;
  readonly ports: readonly string[] | null;
}

export interface Chosen {
  /** Empty: the usual ones of the site. */
  readonly services: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * The services that carry what was let in. Whoever had every port has every service:
 * a host that may do less than before could be locked out.
 * @param whole instead of every service, for those who had every port; instead of the
 *   usual ones, for those whose list names none
 */
export function servicesFor(
  wanted: Wanted,
  known: readonly KnownService[],
  whole: readonly string[] | undefined,
): Chosen | { readonly why: string } {
  const names = known.map(({ name }) => name);
  if (wanted.kind === 'services') {
    if (wanted.services.length === 0) return { services: whole ?? [], remarks: [] };
    const odd = wanted.services.filter((name) => !names.includes(name));
    return odd.length === 0
      ? { services: wanted.services, remarks: [] }
      : { why: `there is no service ${odd.join(', ')} here; there is ${names.join(', ')}` };
  }
  if (wanted.kind === 'all') return { services: whole ?? names, remarks: [] };
  if (known.every(({ ports }) => ports === null)) {
    return whole
      ? { services: whole, remarks: [] }
      : {
          why: `which service has ${told(wanted.ports)} is not known here: name them with --services`,
        };
  }
  const spans = known.map(({ name, ports }) => ({ name, spans: (ports ?? []).flatMap(spanOf) }));
  const services = spans
    .filter(({ spans }) => spans.some((span) => wanted.ports.some((port) => meet(span, port))))
    .map(({ name }) => name);
  if (services.length === 0) return { why: `no service here has ${told(wanted.ports)}` };
  const without = wanted.ports.filter(
    (port) => !spans.some(({ spans }) => spans.some((span) => meet(span, port))),
  );
  return {
    services,
    remarks: without.length === 0 ? [] : [`no service here has ${told(without)}`],
  };
}

function spanOf(text: string): PortSpan[] {
  const [, protocol, first, last = first] =
    /^(tcp|udp)\/([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text) ?? [];
  if (protocol !== 'tcp' && protocol !== 'udp') return [];
  return [{ protocol, first: Number(first), last: Number(last) }];
}

const meet = (a: PortSpan, b: PortSpan): boolean =>
  a.protocol === b.protocol && a.first <= b.last && b.first <= a.last;

const told = (ports: readonly PortSpan[]): string =>
  ports
    .map(
      ({ protocol, first, last }) => `${protocol}/${first === last ? first : `${first}-${last}`}`,
    )
    .join(' ');
