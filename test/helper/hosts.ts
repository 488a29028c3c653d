import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { usualLimits } from './process.ts';

/** A host, and whose rules decide there; those of an administrator let established connections in. */
export interface OwnRules {
  readonly name: string;
  readonly needsIpset: boolean;
  /** Of helper.json. */
  readonly limits: object;
  /** What the administrator has before the helper starts, and what can only come after. */
  readonly before: (space: Namespace) => void;
  readonly after: (space: Namespace) => void;
  /** Takes all elements away, as a reload does. */
  readonly flush: (space: Namespace) => void;
}

const services = ['web', 'sip'] as const;
const ports = { web: 'tcp dport { 80, 8000-8010 }', sip: 'udp dport 5060-5061' };

const ruleset = `
table inet filter {
${services
  .map(
    (service) => `
  set dg_${service}4 { type ipv4_addr; flags timeout; counter; size 164; }
  set dg_${service}6 { type ipv6_addr; flags timeout; counter; size 164; }
  set dg_${service}6net { type ipv6_addr; flags timeout; counter; size 164; }
  set dg_${service}4_stand { type ipv4_addr; flags timeout; size 265536; }
  set dg_${service}4_standnet { type ipv4_addr . inet_proto; flags interval,timeout; }
  set dg_${service}6_stand { type ipv6_addr; flags timeout; size 265536; }
  set dg_${service}6_standnet { type ipv6_addr . inet_proto; flags interval,timeout; }`,
  )
  .join('')}
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    meta l4proto ipv6-icmp accept
    ct state established,related accept
    tcp dport 9000 accept
${services
  .map(
    (service) => `
    ${ports[service]} ip saddr @dg_${service}4 accept
    ${ports[service]} ip6 saddr @dg_${service}6 accept
    ${ports[service]} ip6 saddr & ffff:ffff:ffff:ffff:: @dg_${service}6net accept
    ${ports[service]} ip saddr @dg_${service}4_stand accept
    ${ports[service]} ip saddr . meta l4proto @dg_${service}4_standnet accept
    ${ports[service]} ip6 saddr @dg_${service}6_stand accept
    ${ports[service]} ip6 saddr . meta l4proto @dg_${service}6_standnet accept`,
  )
  .join('')}
  }
}`;

const setNames = Object.fromEntries(
  services.map((service) => [
    service,
    { ipv4: `dg_${service}4`, ipv6: `dg_${service}6`, ipv6net: `dg_${service}6net` },
  ]),
);

/** A host without rules of its own, behind the guard. */
export const guarded: OwnRules = {
  name: 'the guard',
  needsIpset: false,
  limits: usualLimits,
  before: () => undefined,
  after: () => undefined,
  flush: (space) => void space.run('nft', 'flush', 'ruleset'),
};

export const ownSets: OwnRules = {
  name: 'sets of nftables',
  needsIpset: false,
  limits: {
    ...usualLimits,
    backend: 'set',
    set: { table: 'inet filter', sets: setNames },
  },
  before: (space) => void space.run('nft', ruleset),
  after: () => undefined,
  flush: (space) => void space.run('nft', `flush ruleset; ${ruleset}`),
};

function iptables(space: Namespace, variant: 'nft' | 'legacy', standing: boolean): void {
  for (const [program, family, icmp] of [
    [`iptables-${variant}`, '4', 'icmp'],
    [`ip6tables-${variant}`, '6', 'ipv6-icmp'],
  ] as const) {
    const rule = (...words: string[]): string => space.run(program, '-A', 'INPUT', ...words);
    const letIn = (service: string, ...ports: string[]): void => {
      for (const set of [
        `dialgate_${service}${family}`,
        ...(standing ? [`dialgate_${service}${family}s`] : []),
      ]) {
        rule(...ports, '-m', 'set', '--match-set', set, 'src', '-j', 'ACCEPT');
      }
    };
    rule('-i', 'lo', '-j', 'ACCEPT');
    rule('-p', icmp, '-j', 'ACCEPT');
    rule('-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT');
    rule('-p', 'tcp', '--dport', '9000', '-j', 'ACCEPT');
    letIn('web', '-p', 'tcp', '--dport', '80');
    letIn('web', '-p', 'tcp', '--dport', '8000:8010');
    letIn('sip', '-p', 'udp', '--dport', '5060:5061');
    space.run(program, '-P', 'INPUT', 'DROP');
  }
}

const ipsets = (variant: 'nft' | 'legacy', standing = false): OwnRules => ({
  name: `ipset with iptables-${variant}`,
  needsIpset: true,
  limits: { ...usualLimits, backend: 'ipset', ipset: { prefix: 'dialgate' } },
  before: () => undefined,
  after: (space) => iptables(space, variant, standing),
  flush: (space) => void space.run('ipset', 'flush'),
});

/** Why the kernel gives us no ipset, or undefined when it does; asked once namespaces are known to work. */
function whyNoIpset(): string | undefined {
  const space = makeNamespace();
  try {
    space.run('ipset', 'create', 'probe', 'hash:net', 'timeout', '0', 'counters');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error);
  } finally {
    space.remove();
  }
}

/** Why the host cannot be made here, or undefined when it can. */
export const whyNot = (own: Pick<OwnRules, 'needsIpset'>): string | undefined =>
  whyNoNamespaces() ?? (own.needsIpset ? whyNoIpset() : undefined);

export const ownIpsets = ipsets('nft');
export const ownLegacyIpsets = ipsets('legacy');

/** The three of them, each with a place for standing entries. */
export const standingHosts = (standing: object): OwnRules[] =>
  [guarded, ownSets, ipsets('nft', true)].map((own) => ({
    ...own,
    limits: { ...own.limits, standing },
  }));
