import type { Family } from '../../firewall/wire-network.ts';
import { families } from '../nft/lasting-lines.ts';
import { standName, standNetName, type SetConfig } from './set-names.ts';

/** How many each set shall hold. */
export interface SetSizes {
  readonly visitors: number;
  /** 0 where nobody may stand. */
  readonly standing: number;
}

/** A set that the administrator is to make, and what it must be like. */
export interface WantedSet {
  readonly name: string;
  /** Whether it is for those who stand. */
  readonly stands: boolean;
  /** As nft's JSON has it. */
  readonly type: string;
  readonly interval: boolean;
  /** The rest of how it is made. */
  readonly extras: string;
}

/** All sets that the configuration comes to, those of entries also where nobody may stand any more. */
export function wantedSets(config: SetConfig, sizes: SetSizes): WantedSet[] {
  return [...config.sets].flatMap(([service, names]) => [
    ...(['4', '6', '6net'] as const).flatMap((kind) =>
      wanted(names[kind], {
        stands: false,
        type: addressType(kind === '4' ? 4 : 6),
        interval: false,
        extras: ` counter; size ${sizes.visitors};`,
      }),
    ),
    ...standingSets(config, service, sizes.standing),
  ]);
}

/**
 * Networks stand in intervals of concatenated keys: a plain interval set would be read
 * whole by nft at each of its commands. The second part is any protocol.
 */
function standingSets(config: SetConfig, service: string, size: number): WantedSet[] {
  return families.flatMap((family) => [
    ...wanted(standName(config, service, family), {
      stands: true,
      type: addressType(family),
      interval: false,
      extras: ` size ${size};`,
    }),
    ...wanted(standNetName(config, service, family), {
      stands: true,
      type: `${addressType(family)},inet_proto`,
      interval: true,
      extras: '',
    }),
  ]);
}

const addressType = (family: Family): string => (family === 4 ? 'ipv4_addr' : 'ipv6_addr');

function wanted(name: string | undefined, shape: Omit<WantedSet, 'name'>): WantedSet[] {
  return name === undefined ? [] : [{ name, ...shape }];
}

/** The command that makes it. */
export function makeCommand({ family, table }: SetConfig, wants: WantedSet): string {
  const { name, type, interval, extras } = wants;
  const flags = interval ? 'interval,timeout' : 'timeout';
  const shape = `{ type ${type.replace(',', ' . ')}; flags ${flags};${extras} }`;
  return `nft 'add set ${family} ${table} ${name} ${shape}'`;
}

/** The commands that make all that are needed. */
export function makeCommands(config: SetConfig, sizes: SetSizes): string[] {
  return wantedSets(config, sizes)
    .filter(({ stands }) => !stands || sizes.standing > 0)
    .map((set) => makeCommand(config, set));
}
