import { Command, Option } from 'commander';
import { roles, type Role } from '../domain/token.ts';
import type { Instant } from '../domain/time.ts';
import type { NewTokenAnswer, TokenAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { lastInstant } from './host-options.ts';
import { everyItem } from './pages.ts';
import { table, when } from './table.ts';

export function tokenCommand({ withRest, print }: Asked): Command {
  const tokens = new Command('token').description('keys to the REST API');

  tokens
    .command('add <name>')
    .description('make a token, and show it once')
    .addOption(
      new Option(
        '--role <role>',
        'admin may do everything, operator may list and close, auditor may read',
      )
        .choices([...roles])
        .makeOptionMandatory(),
    )
    .option('--until <date>', 'the last day, or the time, such as 2026-12-31', lastInstant)
    .option('--json', 'print JSON')
    .action(async (name: string, options: { role: Role; until?: Instant; json?: boolean }) => {
      const { role, until } = options;
      const expiresAt = until === undefined ? undefined : new Date(until).toISOString();
      const made = await withRest((rest) =>
        rest.post<NewTokenAnswer>('/v1/tokens', { name, role, expiresAt }),
      );
      if (options.json) return print(JSON.stringify(made));
      print(`Token ${made.token.name} (${made.token.role}):`);
      print(`  ${made.secret}`);
      print('It is shown this once. Send it as "Authorization: Bearer …".');
    });

  tokens
    .command('list')
    .description('list all tokens (never what they are)')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withRest((rest) => everyItem<TokenAnswer>(rest, '/v1/tokens'));
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0)
        return print('There is no token yet. Make one: dialgate token add NAME --role admin');
      print(
        table(
          ['NAME', 'ROLE', 'MADE', 'UNTIL', 'REVOKED'],
          items.map((t) => [
            t.name,
            t.role,
            when(t.createdAt),
            t.expiresAt ? when(t.expiresAt) : '-',
            t.revokedAt ? when(t.revokedAt) : '-',
          ]),
        ),
      );
    });

  tokens
    .command('revoke <name>')
    .description('make a token worthless, at once')
    .option('--last', 'also the last live token of an administrator')
    .action(async (name: string, options: { last?: boolean }) => {
      const path = `/v1/tokens/${encodeURIComponent(name)}${options.last ? '?last=true' : ''}`;
      await withRest((rest) => rest.delete(path));
      print(`Token ${name} is revoked.`);
    });

  return tokens;
}
