import type { FirewallLimits } from '../domain/ports.ts';
import { loadConfig } from '../helper/config/config-file.ts';
import type { HelperConfig } from '../helper/config/config.ts';
import { servicesOf } from '../helper/config/services.ts';
import { bad, note, ok, warn, type Finding } from './finding.ts';
import { entriesFindings } from './firewall/asked-for-entries.ts';
import { fittingFindings } from './firewall/fitting.ts';
import { readHost } from './firewall/read-host.ts';
import { listeningFindings } from './listening.ts';
import type { Run } from './program.ts';
import { clockFinding, programFindings } from './programs.ts';

/** An entry whose name is not answered. */
export interface FailingName {
  readonly label: string;
  readonly name: string;
  readonly since: string;
  readonly why: string;
}

/** An entry that the gate does not take, or not wholly. */
export interface RefusedEntry {
  readonly label: string;
  readonly why: string;
}

/** What the running server says of itself. */
export interface AppReport {
  /** Parts that are not well, each with its reason. */
  readonly unwell: readonly { readonly part: string; readonly why: string }[];
  readonly failingNames: readonly FailingName[];
  readonly refusedEntries: readonly RefusedEntry[];
}

export interface DoctorParts {
  readonly run: Run;
  /** Where helper.json is. */
  readonly helperConfig: string;
  /** Why the server's own configuration cannot be used; undefined when it can. */
  readonly configFault: string | undefined;
  /** Whether the server is set to open nothing (firewall.kind: dry-run). */
  readonly dryRun: boolean;
  /** Asks the running helper. */
  helper(): Promise<FirewallLimits>;
  /** Asks the running server. */
  app(): Promise<AppReport>;
}

/** Looks at this host and says what fits, and what does not. Changes nothing, and never rejects. */
export async function examine(parts: DoctorParts): Promise<Finding[]> {
  const { run } = parts;
  const config = configOf(parts.helperConfig);
  const helper = 'fault' in config ? undefined : config;
  const looked = helper ?? assumed;
  const groups = await Promise.all([
    programFindings(run, looked.backend.kind),
    clockFinding(run),
    firewallFindings(run, looked),
    listeningFindings(run, looked.services),
    parts.dryRun ? [] : helperFinding(parts, helper),
    appFindings(parts),
  ]);
  return [
    ...(parts.configFault === undefined
      ? []
      : [bad(parts.configFault, 'Correct it; "dialgate check-config" says when it is right.')]),
    ...(parts.dryRun
      ? [note('firewall.kind is dry-run: no call opens anything.', 'Set firewall.kind to helper.')]
      : []),
    'fault' in config ? configFinding(config.fault, parts) : ok(wayChosen(config)),
    ...groups.flat(),
  ];
}

function configOf(path: string): HelperConfig | { readonly fault: string } {
  try {
    return loadConfig(path);
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

type Looked = Pick<HelperConfig, 'services' | 'backend' | 'standing' | 'table'>;

/** What a host is judged by on which there is no helper.json yet. */
const assumed: Looked = {
  services: servicesOf(['sip', 'sip-tls', 'rtp', 'web']),
  backend: { kind: 'guard' },
  standing: { most: 0, widest4: 16, widest6: 32 },
  table: 'dialgate',
};

function configFinding(fault: string, { dryRun }: DoctorParts): Finding {
  const what = `The helper's configuration cannot be used. ${fault}`;
  const names = assumed.services.map(({ name }) => name).join(', ');
  const mend = `"dialgate init" writes a first one. Until then this host is judged as if the guard were chosen for ${names}.`;
  return dryRun ? note(what, mend) : bad(what, mend);
}

/** Which way helper.json at this path has chosen to fit the host's firewall. */
export function wayChosenIn(path: string): Finding {
  const config = configOf(path);
  return 'fault' in config
    ? bad(config.fault, 'Correct it, and look again.')
    : ok(wayChosen(config));
}

function wayChosen({ backend, services }: HelperConfig): string {
  const names = services.map(({ name }) => name).join(', ');
  switch (backend.kind) {
    case 'set':
      return `helper.json chooses sets in your table ${backend.family} ${backend.table}, for ${names}.`;
    case 'ipset':
      return `helper.json chooses ipsets named ${backend.prefix}_…, for ${names}.`;
    case 'guard':
    default:
      return `helper.json chooses the guard, dialgate's own table, for ${names}.`;
  }
}

async function firewallFindings(run: Run, config: Looked): Promise<Finding[]> {
  const host = await readHost(run, config.table);
  if (host.unseen) {
    const mend = 'Run this as root, with nft or iptables there.';
    return [...host.findings, warn('Which way fits this host cannot be told.', mend)];
  }
  return [
    ...host.findings,
    ...fittingFindings(host, config.services, config.backend),
    ...entriesFindings(host, config),
  ];
}

async function helperFinding(
  { helper }: DoctorParts,
  config: HelperConfig | undefined,
): Promise<Finding[]> {
  try {
    const { services, warnings = [] } = await helper();
    const written = config?.services.map(({ name }) => name) ?? services;
    const same = written.join() === services.join();
    return [
      same
        ? ok('dialgate-helper answers.')
        : warn(
            `dialgate-helper answers, but knows ${services.join(', ')}, not ${written.join(', ')} as helper.json has it.`,
            'Restart dialgate-helper.',
          ),
      ...warnings.map((words) => bad(`dialgate-helper says: ${words}`, 'Do as it says.')),
    ];
  } catch (error) {
    const what = `dialgate-helper cannot be reached: ${(error as Error).message}`;
    return [bad(what, 'Start it (systemctl start dialgate-helper), and look at its log.')];
  }
}

/** Of one kind; there may be thousands. */
const mostEntriesNamed = 10;

/** As many as are read, and how many more there are. */
function some(findings: readonly Finding[]): Finding[] {
  const more = findings.length - mostEntriesNamed;
  if (more <= 0) return [...findings];
  const others = warn(
    `And so it is with ${more} more entries.`,
    'See them: dialgate host list --stale',
  );
  return [...findings.slice(0, mostEntriesNamed), others];
}

async function appFindings({ app }: DoctorParts): Promise<Finding[]> {
  try {
    const { unwell, failingNames, refusedEntries } = await app();
    return [
      ...unwell.map(({ part, why }) =>
        bad(
          `The server runs, but ${part} is not well: ${why}`,
          '"dialgate status" shows it again.',
        ),
      ),
      ...(unwell.length === 0 ? [ok('dialgate serve answers, and all is well.')] : []),
      ...some(
        failingNames.map(({ label, name, since, why }) =>
          warn(
            `The entry ${label}: ${name} has not been answered since ${since} (${why}).`,
            `Correct it, or take it away: dialgate host remove ${label}`,
          ),
        ),
      ),
      ...some(
        refusedEntries.map(({ label, why }) =>
          warn(
            `The gate does not take the entry ${label}: ${why}`,
            `Look at it: dialgate host show ${label}`,
          ),
        ),
      ),
    ];
  } catch (error) {
    const what = `dialgate serve cannot be reached: ${(error as Error).message}`;
    return [warn(what, 'Start it (systemctl start dialgate), and look at its log.')];
  }
}
