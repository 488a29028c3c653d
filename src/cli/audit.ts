import { Command, Option } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { AuditSpan, Verdict } from '../domain/audit.ts';
import type { Instant } from '../domain/time.ts';
import { auditKindList, auditList, withAuditFilters, type AuditFilters } from './audit-list.ts';
import type { Asked, AuditDoings } from './doings.ts';
import { when } from './table.ts';
import { userNumber } from './user-names.ts';
import { writeOut } from './write-out.ts';

type Format = 'ndjson' | 'csv';

/** What is done with the record as a whole reads the database itself: a server may run or not. */
export function auditCommand(asked: Asked, record: () => AuditDoings, tell: Tell): Command {
  const { print, withRest } = asked;
  const audit = new Command('audit').description(
    'what was tried and done, and whether it is whole',
  );
  // a command of its own: options of the same name would be taken from the others
  audit.addCommand(auditList(asked), { isDefault: true });
  audit.addCommand(auditKindList(asked));

  audit
    .command('verify')
    .description('check the whole record: every row, its order, and that none is missing')
    .option('--checkpoints [file]', 'that the end was not cut off, too (the configured file)')
    .option('--json', 'print JSON')
    .action(async (options: { checkpoints?: string | true; json?: boolean }) => {
      const { verify, checkpointFile } = record();
      const { checkpoints } = options;
      const file = checkpoints === true ? checkpointFile : checkpoints;
      const {
        verdict,
        unreadable,
        restorations = [],
      } = await verify(file, (seq, of) =>
        tell(`\r${seq} of ${of} (${Math.floor((100 * seq) / Math.max(1, of))} %)`),
      );
      tell('\r');
      if (options.json) print(JSON.stringify({ ...verdict, unreadable, restorations }));
      else {
        for (const line of verdictWords(verdict, unreadable)) print(line);
        for (const { at, through, setAside } of restorations) {
          print(
            `On ${when(new Date(at).toISOString())} the database was replaced by a backup that went as far as row ${through}; ${setAside === 1 ? '1 checkpoint of later rows was' : `${setAside} checkpoints of later rows were`} set aside.`,
          );
        }
      }
      if (!verdict.ok) throw new AccessError('internal', 'The record is not what was written.');
    });

  const exporting = audit
    .command('export')
    .description('write the record to standard output, oldest first')
    .addOption(
      new Option('--format <format>', 'ndjson is exact; csv is safe to open in a spreadsheet')
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    );
  withAuditFilters(exporting).action(async (options: AuditFilters & { format: Format }) => {
    const { format, user, ...filters } = options;
    const userId =
      user === undefined ? undefined : await withRest((rest) => userNumber(rest, user));
    await record().export(spanOf(filters, userId), format, writeOut);
  });

  audit
    .command('checkpoint')
    .description('keep how far the record goes now, outside the database')
    .action(async () => {
      const doings = record();
      const { seq, hash } = await doings.checkpoint();
      print(`Row ${seq}, hash ${hash}: kept in ${doings.checkpointFile}.`);
    });

  return audit;
}

/** Progress, which goes to the terminal and never into a file. */
export type Tell = (text: string) => void;

export const tellTerminal: Tell = (text) => {
  if (process.stderr.isTTY) process.stderr.write(text);
};

function spanOf(
  { by, from, to, ...rest }: Omit<AuditFilters, 'user'>,
  userId: number | undefined,
): AuditSpan {
  return {
    ...rest,
    ...(by !== undefined && { actor: by }),
    ...(userId !== undefined && { userId }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function verdictWords(verdict: Verdict, unreadable: number): string[] {
  if (!verdict.ok) {
    return [
      `Row ${verdict.seq} does not fit: ${verdict.why}. ${verdict.detail}`,
      `${verdict.rows} rows before it fit.`,
    ];
  }
  const { rows, firstSeq, lastSeq, removed, sealedLate, checkpoints } = verdict;
  const time = (at: Instant): string => when(new Date(at).toISOString());
  return [
    rows === 0
      ? 'Nothing is on record yet.'
      : `All ${rows} rows fit, from ${firstSeq} to ${lastSeq}; the last hash is ${verdict.lastHash}.`,
    ...(removed > 0
      ? [`${removed} older rows were removed for their age; their summaries fit.`]
      : []),
    ...(sealedLate
      ? [
          `Rows up to ${sealedLate.through} were sealed at ${time(sealedLate.at)}, as they were found then.`,
        ]
      : []),
    ...(checkpoints > 0
      ? [checkpoints === 1 ? '1 checkpoint fits.' : `${checkpoints} checkpoints fit.`]
      : []),
    ...(unreadable > 0 ? [`${unreadable} lines of the checkpoints cannot be read.`] : []),
  ];
}
