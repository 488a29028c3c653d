import type { Family } from '../../firewall/wire-network.ts';
import type { BackendConfig } from '../config/backend-config.ts';

export type SetConfig = Extract<BackendConfig, { kind: 'set' }>;

/** The set of hosts that stand, by that of the visitors; undefined where the family has none. */
export function standName(config: SetConfig, service: string, family: Family): string | undefined {
  const name = config.sets.get(service)?.[`${family}`];
  return name === undefined ? undefined : `${name}_stand`;
}

/** The same for networks that stand. */
export function standNetName(
  config: SetConfig,
  service: string,
  family: Family,
): string | undefined {
  const name = standName(config, service, family);
  return name === undefined ? undefined : `${name}net`;
}
