import { Command } from 'commander';
import type { Items, ServiceAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { table } from './table.ts';

export function serviceCommand({ withRest, print }: Asked): Command {
  const services = new Command('service').description('the named groups of ports that are guarded');

  services
    .command('list')
    .description('list the services, their ports, and who opens them')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { items } = await withRest((rest) => rest.get<Items<ServiceAnswer>>('/v1/services'));
      if (options.json) return print(JSON.stringify(items));
      print(
        table(
          ['NAME', 'PORTS', 'OPENED BY', 'WHAT FOR'],
          items.map((service) => [
            service.name,
            service.ports?.join(' ') ?? 'unknown',
            openedBy(service),
            service.about ?? '-',
          ]),
        ),
      );
    });

  return services;
}

function openedBy({ usual, users }: ServiceAnswer): string {
  const named = users === 0 ? [] : [`${users} user${users === 1 ? '' : 's'} by name`];
  return [...(usual ? ['calls'] : []), ...named].join(', ') || 'nobody';
}
