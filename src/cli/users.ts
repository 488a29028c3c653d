import { Command } from 'commander';
import type { GrantAnswer, LockoutAnswer, NewUserAnswer, UserAnswer } from '../http/answers.ts';
import { addCredentialCommands } from './credentials.ts';
import type { Asked } from './doings.ts';
import { table, when } from './table.ts';
import { addUnlockCommand } from './unlock.ts';
import { changesOf, settingsOf, withUserOptions, type UserOptions } from './user-options.ts';
import { aboutUser } from './user-words.ts';
import { userPath } from './words.ts';
import { everyItem } from './pages.ts';

export function userCommand(asked: Asked): Command {
  const { withRest, print } = asked;
  const users = new Command('user').description('the people who may telephone');

  withUserOptions(users.command('add <name>'))
    .description('make a user, and show the knock code and the PIN once')
    .option('--disabled', 'not to be let in yet')
    .option('--json', 'print JSON')
    .action(async (name: string, options: UserOptions & { disabled?: true; json?: boolean }) => {
      const { disabled } = options;
      const made = await withRest((rest) =>
        rest.post<NewUserAnswer>('/v1/users', { name, disabled, ...settingsOf(options) }),
      );
      if (options.json) return print(JSON.stringify(made));
      print(
        made.user.disabled
          ? `User ${made.user.name} is made, and disabled.`
          : `User ${made.user.name} may telephone now.`,
      );
      print(`  knock code  ${made.knockCode}   (keyed ${made.knockCode}#)`);
      print(`  PIN         ${made.pin}   (keyed ${made.pin}#)`);
      print('They are shown this once. Hand them over on two different ways.');
    });

  withUserOptions(users.command('change <name>'))
    .description('change what is set for a user; what is not named stays as it is')
    .option('--json', 'print JSON')
    .action(async (name: string, options: UserOptions & { json?: boolean }, command: Command) => {
      const changes = changesOf(options, command);
      const user = await withRest((rest) => rest.patch<UserAnswer>(userPath(name), changes));
      print(options.json ? JSON.stringify(user) : aboutUser(user, [], []));
    });

  users
    .command('show <name>')
    .description('all that is known of a user, but no secret')
    .option('--json', 'print JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const [user, grants, lockouts] = await withRest(async (rest) => {
        const found = await rest.get<UserAnswer>(userPath(name));
        return [
          found,
          await everyItem<GrantAnswer>(rest, `/v1/grants?userId=${found.id}`),
          await everyItem<LockoutAnswer>(rest, '/v1/lockouts'),
        ] as const;
      });
      if (options.json) return print(JSON.stringify(user));
      const theirs = lockouts.filter(({ userName }) => userName === user.name);
      print(aboutUser(user, grants, theirs));
    });

  users
    .command('list')
    .description('list all users')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withRest((rest) => everyItem<UserAnswer>(rest, '/v1/users'));
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0)
        return print('There is no user yet. Make one: dialgate user add NAME');
      print(
        table(
          ['NAME', 'STATE', 'CALLERS', 'SECOND FACTOR', 'SERVICES', 'SINCE'],
          items.map((u) => [
            u.name,
            u.disabled ? 'disabled' : 'enabled',
            u.callerPolicy,
            u.secondFactor === 'sheet' ? `sheet (${u.codesLeft} left)` : u.secondFactor,
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
        await withRest((rest) => rest.patch(userPath(name), { disabled }));
        print(`User ${name} is ${verb}d.`);
      });
  }

  users
    .command('remove <name>')
    .description('close what a user has open, and forget what they identify with; for ever')
    .action(async (name: string) => {
      await withRest((rest) => rest.delete(userPath(name)));
      print(`User ${name} is removed; the record keeps the name.`);
    });

  addCredentialCommands(users, asked);
  addUnlockCommand(users, asked);
  return users;
}
