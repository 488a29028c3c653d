import { Command } from 'commander';
import type { Tell } from './audit.ts';
import type { BackupDoings } from './doings.ts';

type Print = (line: string) => void;

const percent = (part: number): string => `${Math.floor(part * 100)} %`;

export function backupCommand(print: Print, backups: () => BackupDoings, tell: Tell): Command {
  return new Command('backup')
    .description('copy the database into a file, while the server runs')
    .argument('<file>', 'where to; it must not exist')
    .option('--force', 'over a file that exists')
    .option('--with-key', 'and the key file beside it, as <file>.key')
    .action(async (file: string, options: { force?: true; withKey?: true }) => {
      const done = await backups().backup({
        file,
        force: options.force === true,
        withKey: options.withKey === true,
        progress: (part) => tell(`\r${percent(part)}`),
      });
      tell('\r');
      for (const line of done) print(line);
    });
}

export function restoreCommand(print: Print, backups: () => BackupDoings, tell: Tell): Command {
  return new Command('restore')
    .description('put a backup in the place of the database, while no server runs')
    .argument('<file>', 'what "dialgate backup" has made')
    .option('--unverified', 'though its record does not fit, or cannot be checked')
    .action(async (file: string, options: { unverified?: true }) => {
      const done = await backups().restore({
        file,
        unverified: options.unverified === true,
        progress: (what, part) => tell(`\r${what}: ${percent(part)}   `),
      });
      tell('\r');
      for (const line of done) print(line);
    });
}
