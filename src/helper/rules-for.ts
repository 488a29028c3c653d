import type { HelperConfig } from './config/config.ts';
import { rulesetOf } from './guard/ruleset.ts';
import { wantedSets } from './ipset/own-sets.ts';
import { makeCommands } from './nftset/wanted-sets.ts';
import { spareSlots } from './spare-slots.ts';
import { roomFor } from './standing/room.ts';

/** What the configuration comes to: the guard's rules, or how the sets are made that the administrator's rules name. */
export function rulesFor(config: HelperConfig): string {
  const { backend, services, mostAddresses, standing } = config;
  switch (backend.kind) {
    case 'set': {
      const sizes = { visitors: mostAddresses + spareSlots, standing: roomFor(standing.most) };
      return `${makeCommands(backend, sizes).join('\n')}\n`;
    }
    case 'ipset': {
      const sets = wantedSets({
        prefix: backend.prefix,
        services: services.map(({ name }) => name),
        mostAddresses,
        mostStanding: standing.most,
      });
      return sets.map(({ creation }) => `ipset -exist ${creation}\n`).join('');
    }
    case 'guard':
    default:
      return rulesetOf(config);
  }
}
