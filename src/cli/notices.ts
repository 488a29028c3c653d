import { Command } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { Items, NoticeAnswer, TestedAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { everyItem } from './pages.ts';
import { table, when } from './table.ts';

/** Enough to see what goes on; --all has the rest. */
const some = 50;

export function noticeCommand({ withRest, print }: Asked): Command {
  const notices = new Command('notify').description('those who are told of what happens');

  notices
    .command('test')
    .description('send a test to every webhook and every administrator, and show what each said')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { items } = await withRest((rest) => rest.post<TestedAnswer>('/v1/notices/test', {}));
      if (options.json) print(JSON.stringify(items));
      else if (items.length === 0)
        print('Nobody is to be told: there is neither a webhook nor an administrator in "notify".');
      else {
        print(
          table(
            ['RECEIVER', 'TAKEN', 'ANSWER'],
            items.map(({ receiver, ok, answer }) => [receiver, ok ? 'yes' : 'no', answer]),
          ),
        );
      }
      const failed = items.filter(({ ok }) => !ok).length;
      if (failed > 0)
        throw new AccessError('conflict', `${failed} of ${items.length} did not take it.`);
    });

  notices
    .command('list')
    .description('show what is to be told, and what was lately, newest first')
    .option('--waiting', 'only what is still to be told')
    .option('--failed', 'only what was given up')
    .option('--all', `more than ${some}`)
    .option('--json', 'print JSON')
    .action(async (options: { waiting?: true; failed?: true; all?: true; json?: boolean }) => {
      const state = options.failed ? 'state=failed&' : options.waiting ? 'state=waiting&' : '';
      const items = await withRest((rest) =>
        options.all
          ? everyItem<NoticeAnswer>(rest, `/v1/notices?${state}`.replace(/[?&]$/, ''))
          : rest
              .get<Items<NoticeAnswer>>(`/v1/notices?${state}limit=${some}`)
              .then((page) => page.items),
      );
      if (options.json) return print(JSON.stringify(items));
      print(
        table(
          ['MADE', 'KIND', 'RECEIVER', 'STATE', 'TRIES', 'WHY'],
          items.map((notice) => [
            when(notice.madeAt),
            notice.count > 1 ? `${notice.kind} x${notice.count}` : notice.kind,
            notice.userName ?? notice.receiver,
            notice.state,
            String(notice.tries),
            notice.why ?? '-',
          ]),
        ),
      );
    });

  return notices;
}
