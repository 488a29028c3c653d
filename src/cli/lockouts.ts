import { Command } from 'commander';
import type { LockoutAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { everyItem } from './pages.ts';
import { table, when } from './table.ts';

export function lockoutCommand({ withRest, print }: Asked): Command {
  const lockouts = new Command('lockout').description('what is held against whom for failing');

  lockouts
    .command('list')
    .description('list all failures that are not forgotten, the latest first')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const items = await withRest((rest) => everyItem<LockoutAnswer>(rest, '/v1/lockouts'));
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0) return print('Nothing is held against anybody.');
      print(
        table(
          ['SUBJECT', 'USER', 'FAILURES', 'LOCKED UNTIL'],
          items.map(({ subject, userName, failures, lockedUntil }) => [
            subject,
            userName ?? '-',
            String(failures),
            lockedUntil ? when(lockedUntil) : '-',
          ]),
        ),
      );
    });

  lockouts
    .command('end')
    .argument('<subject>', 'as "lockout list" shows it, such as caller:15550123')
    .description('forget the failures of a subject')
    .action(async (subject: string) => {
      await withRest((rest) => rest.delete(`/v1/lockouts/${encodeURIComponent(subject)}`));
      print('It is forgotten.');
    });

  return lockouts;
}
