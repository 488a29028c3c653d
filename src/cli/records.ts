import { Command } from 'commander';
import type { CallAnswer, Items } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { wholeNumber } from './words.ts';
import { table, when } from './table.ts';

export function callsCommand({ withRest, print }: Asked): Command {
  return new Command('calls')
    .description('the calls, newest last')
    .option('-n, --limit <n>', 'how many lines', lines, 50)
    .option('--json', 'print JSON')
    .action(async (options: { limit: number; json?: boolean }) => {
      const { items } = await withRest((rest) =>
        rest.get<Items<CallAnswer>>(`/v1/calls?limit=${options.limit}`),
      );
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0) return print('There was no call yet.');
      print(
        table(
          ['ID', 'BEGAN', 'FROM', 'ATTESTED', 'DIALLED', 'OUTCOME', 'ANSWERS'],
          items
            .toReversed()
            .map((call) => [
              String(call.id),
              when(call.beganAt),
              call.callerNumber ?? 'withheld',
              call.attestation ?? '-',
              call.dialled,
              call.outcome ?? 'going on',
              call.callBackOf === null ? '' : `call ${call.callBackOf}`,
            ]),
        ),
      );
    });
}

function lines(text: string): number {
  return wholeNumber(text, 'The number of lines');
}
