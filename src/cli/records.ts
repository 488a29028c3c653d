import { Command } from 'commander';
import type { AuditAnswer, CallAnswer, Items } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { wholeNumber } from './words.ts';
import { table, when } from './table.ts';

export function auditCommand({ withRest, print }: Asked): Command {
  return new Command('audit')
    .description('what was tried and done, newest last')
    .option('-n, --limit <n>', 'how many lines', lines, 50)
    .option('--kind <kind>', 'only lines of this kind, such as gate-opened')
    .option('--address <address>', 'only lines about this address')
    .option('--json', 'print JSON')
    .action(async (options: { limit: number; kind?: string; address?: string; json?: boolean }) => {
      const query = new URLSearchParams({
        limit: String(options.limit),
        ...(options.kind && { kind: options.kind }),
        ...(options.address && { address: options.address }),
      });
      const { items } = await withRest((rest) =>
        rest.get<Items<AuditAnswer>>(`/v1/audit?${query.toString()}`),
      );
      if (options.json) return print(JSON.stringify(items));
      if (items.length === 0) return print('Nothing of that kind is on record.');
      print(
        table(
          ['SEQ', 'TIME', 'BY', 'WHAT', 'ADDRESS', 'DETAIL'],
          items.toReversed().map((row) => [
            String(row.seq),
            when(row.at),
            row.actor,
            row.kind,
            row.address ?? '-',
            Object.entries(row.detail ?? {})
              .map(([key, value]) => `${key}=${value}`)
              .join(' '),
          ]),
        ),
      );
    });
}

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
