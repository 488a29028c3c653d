import { Command, Option } from 'commander';
import type { Role } from '../domain/token.ts';
import type { Items, NewTokenAnswer, TokenAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { table, when } from './table.ts';

export function tokenCommand({ withRest, print }: Asked): Command {
  const tokens = new Command('token').description('keys to the REST API');

  tokens
    .command('add <name>')
    .description('make a token, and show it once')
    .addOption(
      new Option('--role <role>', 'admin may do everything, auditor may read')
        .choices(['admin', 'auditor'])
        .makeOptionMandatory(),
    )
    .option('--json', 'print JSON')
    .action(async (name: string, options: { role: Role; json?: boolean }) => {
      const made = await withRest((rest) =>
        rest.post<NewTokenAnswer>('/v1/tokens', { name, role: options.role }),
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
      const { items } = await withRest((rest) => rest.get<Items<TokenAnswer>>('/v1/tokens'));
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0)
        return print('There is no token yet. Make one: dialgate token add NAME --role admin');
      print(
        table(
          ['NAME', 'ROLE', 'MADE', 'REVOKED'],
          items.map((t) => [
            t.name,
            t.role,
            when(t.createdAt),
            t.revokedAt ? when(t.revokedAt) : '-',
          ]),
        ),
      );
    });

  tokens
    .command('revoke <name>')
    .description('make a token worthless, at once')
    .action(async (name: string) => {
      await withRest((rest) => rest.delete(`/v1/tokens/${encodeURIComponent(name)}`));
      print(`Token ${name} is revoked.`);
    });

  return tokens;
}
