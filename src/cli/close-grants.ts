import { Option, type Command } from 'commander';
import type { GrantAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { when } from './table.ts';
import { wholeNumber } from './words.ts';

const numbered = (text: string): number => wholeNumber(text, 'A grant');

/** What ends grants, or makes them last. */
export function addClosingCommands(grants: Command, { withRest, print }: Asked): void {
  grants
    .command('extend')
    .argument('<id>', 'number of the grant, from "grant list"', numbered)
    .description('open the same address for the same user anew, from now on')
    .option('--minutes <n>', 'for how long', (text) => wholeNumber(text, 'The time in minutes'))
    .action(async (id: number, { minutes }: { minutes?: number }) => {
      const seconds = minutes === undefined ? undefined : minutes * 60;
      const grant = await withRest((rest) =>
        rest.post<GrantAnswer>(`/v1/grants/${id}/extend`, { seconds }),
      );
      print(`Grant ${grant.id} takes its place until ${when(grant.expiresAt)}.`);
    });

  grants
    .command('close')
    .argument('[id]', 'number of the grant, from "grant list"', numbered)
    .description('end a grant now, or several, and cut their connections')
    .option('--user <name>', 'all that a user has open')
    .addOption(
      new Option('--address <address>', 'all that is open at an address').conflicts('user'),
    )
    .addOption(new Option('--all', 'all that is open').conflicts(['user', 'address']))
    .action(async (id: number | undefined, options: Several, command: Command) => {
      const several = new URLSearchParams({
        ...(options.user !== undefined && { user: options.user }),
        ...(options.address !== undefined && { address: options.address }),
        ...(options.all && { all: 'true' }),
      });
      if ((id === undefined) === (several.size === 0)) {
        command.error('error: name one grant, or one of --user, --address and --all');
      }
      if (id !== undefined) {
        await withRest((rest) => rest.delete(`/v1/grants/${id}`));
        return print(`Grant ${id} is closed.`);
      }
      const { closed } = await withRest((rest) =>
        rest.delete<{ closed: readonly number[] }>(`/v1/grants?${several.toString()}`),
      );
      print(
        closed.length === 0
          ? 'Nothing of that kind was open.'
          : `Closed ${closed.length === 1 ? 'grant' : 'grants'} ${closed.join(', ')}.`,
      );
    });
}

interface Several {
  readonly user?: string;
  readonly address?: string;
  readonly all?: boolean;
}
