import { Command } from 'commander';
import type { Items, NewPinAnswer, NewUserAnswer, UserAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { table, when } from './table.ts';

export function userCommand({ withRest, print }: Asked): Command {
  const users = new Command('user').description('the people who may telephone');

  const at = (name: string): string => `/v1/users/${encodeURIComponent(name)}`;

  users
    .command('add <name>')
    .description('make a user, and show the knock code and the PIN once')
    .option('--service <name...>', 'services that this user opens, instead of the usual ones')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { service?: string[]; json?: boolean }) => {
      const made = await withRest((rest) =>
        rest.post<NewUserAnswer>('/v1/users', { name, services: options.service }),
      );
      if (options.json) return print(JSON.stringify(made));
      print(`User ${made.user.name} may telephone now.`);
      print(`  knock code  ${made.knockCode}   (keyed ${made.knockCode}#)`);
      print(`  PIN         ${made.pin}   (keyed ${made.pin}#)`);
      print('They are shown this once. Hand them over on two different ways.');
    });

  users
    .command('list')
    .description('list all users')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { items } = await withRest((rest) => rest.get<Items<UserAnswer>>('/v1/users'));
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0)
        return print('There is no user yet. Make one: dialgate user add NAME');
      print(
        table(
          ['NAME', 'STATE', 'SERVICES', 'SINCE'],
          items.map((u) => [
            u.name,
            u.disabled ? 'disabled' : 'enabled',
            u.services.join(' ') || '(usual)',
            when(u.createdAt),
          ]),
        ),
      );
    });

  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    users
      .command(`${verb} <name>`)
      .description(
        disabled ? 'shut a user out, and close what they have open' : 'let a user in again',
      )
      .action(async (name: string) => {
        await withRest((rest) => rest.patch(at(name), { disabled }));
        print(`User ${name} is ${verb}d.`);
      });
  }

  users
    .command('reset-pin <name>')
    .description('make a new PIN, and show it once')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const made = await withRest((rest) => rest.post<NewPinAnswer>(`${at(name)}/pin`));
      if (options.json) return print(JSON.stringify(made));
      print(`The new PIN of ${name} is ${made.pin}. It is shown this once.`);
    });

  return users;
}
