import type { Finding } from '../../src/doctor/finding.ts';
import { fittingFindings } from '../../src/doctor/firewall/fitting.ts';
import { readHost } from '../../src/doctor/firewall/read-host.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import type { Namespace } from '../fixtures/namespace.ts';
import { usualLimits } from '../helper/process.ts';
import { runIn } from './in-namespace.ts';

/** What the doctor says of the firewall in a namespace, where helper.json has these limits. */
export async function adviceIn(
  space: Namespace,
  limits: object = usualLimits,
): Promise<readonly Finding[]> {
  const { services, backend, table } = readConfig(
    JSON.stringify({ ...limits, socket: '/run/x/socket' }),
  );
  const host = await readHost(runIn(space), table);
  return [...host.findings, ...fittingFindings(host, services, backend)];
}

export const levels = (all: readonly Finding[]): string[] => all.map(({ level }) => level);
export const text = (all: readonly Finding[]): string => all.map(({ what }) => what).join('\n');

/** That whoever is let in to the service web stays out. */
export const webIsLost = /strangers are dropped at .*\bweb\b.* A drop in another table is final/;
