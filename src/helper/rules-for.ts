import type { HelperConfig } from './config/config.ts';
import { rulesetOf } from './guard/ruleset.ts';
import { createLine, families, setName } from './ipset/set-names.ts';
import { makeCommands } from './nftset/set-check.ts';
import { spareSlots } from './spare-slots.ts';

/** What the configuration comes to: the guard's rules, or how the sets are made that the administrator's rules name. */
export function rulesFor(config: HelperConfig): string {
  const { backend, services } = config;
  const size = config.mostAddresses + spareSlots;
  if (backend.kind === 'guard') return rulesetOf(config);
  if (backend.kind === 'set') return `${makeCommands(backend, size).join('\n')}\n`;
  return services
    .flatMap(({ name }) =>
      families.map((family) => {
        const set = setName(backend.prefix, name, family);
        return `ipset -exist ${createLine(set, family, size)}\n`;
      }),
    )
    .join('');
}
