import type { BackendConfig } from '../../helper/config/backend-config.ts';
import { portText, type PortRange } from '../../helper/config/ports.ts';
import type { ServicePorts } from '../../helper/config/services.ts';
import { setName } from '../../helper/ipset/set-names.ts';
import { bad, note, ok, warn, type Finding } from '../finding.ts';
import { ownersOf } from './owners.ts';
import { divertedIn, type Diverted } from './diverted.ts';
import { dropOf, type Dropped, type PacketFilter } from './packet-filter.ts';
import type { HostFilters } from './read-host.ts';

/** A filter that turns strangers away from ports of our services. */
interface Closed {
  readonly filter: PacketFilter;
  readonly dropped: Dropped;
  readonly services: readonly string[];
  readonly ports: readonly string[];
}

/** Which way of fitting this host's firewall is right, and whether it is the one that was chosen. */
export function fittingFindings(
  host: HostFilters,
  services: readonly ServicePorts[],
  backend: BackendConfig,
): Finding[] {
  const diverted = divertedIn(host.filters, services);
  const closed = host.filters
    .map((filter) => closedBy(filter, services, diverted))
    .filter((c) => c !== undefined);
  const judged = services.filter(({ name }) => diverted.every(({ service }) => service !== name));
  return [
    ...closed.map((one) => closedFinding(one, backend.kind)),
    ...diverted.map((one) => divertedFinding(one, backend.kind)),
    ...(judged.length > 0 ? [verdict(closed, judged, backend)] : []),
    ...(backend.kind === 'guard' ? [] : referred(host, services, backend)),
    ...ownerNotes(host.filters),
  ];
}

function closedBy(
  filter: PacketFilter,
  services: readonly ServicePorts[],
  diverted: readonly Diverted[],
): Closed | undefined {
  const all = services.flatMap(({ name, ports }) => ports.map((port) => ({ name, port })));
  const shut = all.flatMap((one) => {
    const dropped = dropOf(filter, one.port, isAmong(diverted, one.port, filter));
    return dropped ? [{ ...one, dropped }] : [];
  });
  const [first] = shut;
  if (!first) return undefined;
  return {
    filter,
    dropped: first.dropped,
    services: [...new Set(shut.map(({ name }) => name))],
    ports: shut.map(({ port }) => portText(port)),
  };
}

function closedFinding(
  { filter, dropped, services, ports }: Closed,
  kind: BackendConfig['kind'],
): Finding {
  const where =
    dropped.by === 'policy'
      ? `by the policy of chain ${dropped.chain}`
      : `by a rule behind chain ${dropped.chain}`;
  const what = `${filter.name}: strangers are dropped at ${services.join(', ')} (${ports.join(' ')}), ${where}.`;
  if (kind !== 'guard') return ok(what);
  return bad(
    `${what} A drop in another table is final: an accept of dialgate's guard does not override it, so whoever is let in stays out.`,
    mendFor(filter),
  );
}

/** Whether all that this filter sees of the port is sent on. */
const isAmong = (all: readonly Diverted[], port: PortRange, { family }: PacketFilter): boolean =>
  all.some((one) => one.port === port && (one.family === family || one.family === 'both'));

function divertedFinding({ service, port }: Diverted, kind: BackendConfig['kind']): Finding {
  const what = `${service} (${portText(port)}) is sent on to a container or another host, and so passes INPUT by`;
  return kind === 'guard'
    ? note(`${what}; the guard stands before that.`)
    : warn(
        `${what}: rules there turn nobody away from it.`,
        "Put rules that ask the sets into DOCKER-USER, or into your chain of the hook forward, where the port is the container's (docs/firewalls.md).",
      );
}

/** The way that works from within a filter; none where a program writes its rules anew. */
function wayFor(filter: PacketFilter): 'set' | 'ipset' | undefined {
  if (ownersOf(filter).includes('firewalld')) return undefined;
  return filter.kind === 'iptables' ? 'ipset' : 'set';
}

function mendFor(filter: PacketFilter): string {
  const way = wayFor(filter);
  const pass = 'these ports through there, as the guard turns strangers away';
  return way === undefined
    ? `Let ${pass}: firewall-cmd --permanent --add-port=…`
    : `Either let ${pass}, or set "backend" in helper.json to "${way}" (docs/firewalls.md; dialgate guard works with the guard alone).`;
}

function verdict(
  closed: readonly Closed[],
  services: readonly ServicePorts[],
  { kind }: BackendConfig,
): Finding {
  const ways = [...new Set(closed.map(({ filter }) => wayFor(filter)))].filter(
    (way) => way !== undefined,
  );
  if (kind === 'guard') {
    if (closed.length === 0) return ok('The guard fits: no other table drops what it lets in.');
    const fit = ways.length === 0 ? 'it fits once the ports pass' : `"${ways.join('" or "')}" fits`;
    return note(`Chosen is the guard; as things are, ${fit}.`);
  }
  const open = services
    .map(({ name }) => name)
    .filter((name) => !closed.some((c) => c.services.includes(name)));
  if (open.length === services.length) {
    return bad(
      `Chosen is "${kind}", but no rule of this host turns strangers away from ${open.join(', ')}: everybody gets in.`,
      'Add rules that drop them (docs/firewalls.md), or set "backend" to "guard".',
    );
  }
  if (!ways.includes(kind)) {
    return bad(
      `Chosen is "${kind}", but strangers are dropped by ${closed.map(({ filter }) => filter.name).join(' and ')}, which cannot ask it.`,
      `Set "backend" in helper.json to "${ways.join('" or "') || 'guard'}" (docs/firewalls.md).`,
    );
  }
  if (open.length === 0) return ok(`"${kind}" fits: the host's own rules turn strangers away.`);
  return warn(
    `No rule of this host turns strangers away from ${open.join(', ')}: everybody gets in there.`,
    'Add rules that drop them (docs/firewalls.md), or leave the service out of helper.json.',
  );
}

/** Whether the administrator's rules ask for the sets that the helper fills. */
function referred(
  { text }: HostFilters,
  services: readonly ServicePorts[],
  backend: Exclude<BackendConfig, { kind: 'guard' }>,
): Finding[] {
  const missing = services
    .map(({ name }) => name)
    .filter((name) =>
      backend.kind === 'ipset'
        ? !text.includes(`--match-set ${setName(backend.prefix, name, '4')} `)
        : !text.includes(`"@${backend.sets.get(name)?.[4] ?? ''}"`),
    );
  if (missing.length === 0) return [ok('The rules ask the sets of every service.')];
  return [
    bad(
      `No rule asks the sets of ${missing.join(', ')}: opening them lets nobody in.`,
      'Add rules that let in whoever is in them (docs/firewalls.md shows such rules).',
    ),
  ];
}

function ownerNotes(filters: readonly PacketFilter[]): Finding[] {
  const owners = [...new Set(filters.flatMap(ownersOf))];
  const about: Readonly<Record<string, string>> = {
    ufw: 'Where before.rules names an ipset that is not there, none of that file is loaded, and the host hears no answers: start dialgate-helper first.',
    'the FreePBX firewall': 'It rewrites its rules: put yours into its custom rules.',
    firewalld: 'Let the services through in its zone, and leave strangers to the guard.',
    fail2ban:
      'An address that it bans stays out although it is let in here: docs/fail2ban.md has the two agree.',
    Docker: 'Published ports of containers pass INPUT by; the guard stands before that.',
  };
  return owners.map((owner) => note(`${owner} keeps rules on this host.`, about[owner] ?? null));
}
