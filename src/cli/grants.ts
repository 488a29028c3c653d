import { Command } from 'commander';
import { wholeNumber } from './words.ts';
import type { GrantAnswer, Items } from '../http/answers.ts';
import { addClosingCommands } from './close-grants.ts';
import type { Asked } from './doings.ts';
import { brief, secondsLeft, table, when } from './table.ts';

export function grantCommand({ withRest, print }: Asked): Command {
  const grants = new Command('grant').description('who is let in, from where, until when');

  grants
    .command('list')
    .description('list the grants that are open now')
    .option('--all', 'those that have ended, too (the newest 100)')
    .option('--json', 'print JSON')
    .action(async (options: { all?: boolean; json?: boolean }) => {
      const state = options.all ? 'all' : 'active';
      const { items } = await withRest((rest) =>
        rest.get<Items<GrantAnswer>>(`/v1/grants?state=${state}&limit=100`),
      );
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0)
        return print(options.all ? 'There is no grant yet.' : 'No grant is open now.');
      print(
        table(
          ['ID', 'USER', 'ADDRESS', 'SERVICES', 'UNTIL', 'LEFT', 'PACKETS'],
          items.map((g) => [
            String(g.id),
            g.userName,
            g.address,
            g.services.join(' '),
            when(g.endedAt ?? g.expiresAt),
            g.endedAt ? (g.end ?? 'ended') : brief(secondsLeft(g.expiresAt)),
            g.packets === null ? '-' : String(g.packets),
          ]),
        ),
      );
    });

  grants
    .command('open <user> <address>')
    .description("let a user's address in, as a call would")
    .option('--minutes <n>', 'for how long', (text) => wholeNumber(text, 'The time in minutes'))
    .option('--json', 'print JSON')
    .action(
      async (user: string, address: string, options: { minutes?: number; json?: boolean }) => {
        const seconds = options.minutes === undefined ? undefined : options.minutes * 60;
        const grant = await withRest((rest) =>
          rest.post<GrantAnswer>('/v1/grants', { user, address, seconds }),
        );
        print(
          options.json
            ? JSON.stringify(grant)
            : `Grant ${grant.id}: ${grant.address} is let in to ${grant.services.join(', ')} until ${when(grant.expiresAt)}.`,
        );
      },
    );

  addClosingCommands(grants, { withRest, print });
  return grants;
}
