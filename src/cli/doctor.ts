import { Command } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { DoctorFinding } from './doings.ts';
import { printable } from './table.ts';

interface Asked {
  examine(helperConfig: string | undefined): Promise<readonly DoctorFinding[]>;
  print(line: string): void;
}

export function doctorCommand({ examine, print }: Asked): Command {
  return new Command('doctor')
    .description(
      'look at this host, and say what fits and what does not; the exit status is 1 when something is bad',
    )
    .option('--helper-config <file>', 'the helper\'s configuration; "helper.json" beside the other')
    .option('--json', 'print JSON')
    .action(async (options: { helperConfig?: string; json?: boolean }) => {
      const findings = await examine(options.helperConfig);
      if (options.json) print(JSON.stringify(findings));
      else for (const finding of findings) print(told(finding));
      const count = findings.filter(({ level }) => level === 'bad').length;
      if (count > 0) {
        throw new AccessError('internal', `${count} of these must be mended.`);
      }
    });
}

function told({ level, what, mend }: DoctorFinding): string {
  const first = `${level.padEnd(6)} ${printable(what)}`;
  return mend === null ? first : `${first}\n       → ${printable(mend)}`;
}
