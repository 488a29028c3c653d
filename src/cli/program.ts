import { Command, CommanderError } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import { auditCommand, tellTerminal } from './audit.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { callsCommand } from './records.ts';
import type { Asked, Doings } from './doings.ts';
import { doctorCommand } from './doctor.ts';
import { eventsCommand } from './events.ts';
import { grantCommand } from './grants.ts';
import { hostCommand } from './hosts.ts';
import { guardCommand } from './guard.ts';
import { importCommand } from './import.ts';
import { isOpenCommand } from './is-open.ts';
import { lockoutCommand } from './lockouts.ts';
import { noticeCommand } from './notices.ts';
import { serviceCommand } from './services.ts';
import { statusCommand } from './status.ts';
import { tokenCommand } from './tokens.ts';
import { userCommand } from './users.ts';

const defaultConfig = '/etc/dialgate/dialgate.yaml';

/** The whole command line. */
export function program(doings: Doings): Command {
  const { print } = doings;
  const root = new Command('dialgate')
    .description('Opens the firewall for the address a traveller keys on the telephone.')
    .version(doings.version)
    .option(
      '-c, --config <file>',
      'configuration file',
      process.env['DIALGATE_CONFIG'] ?? defaultConfig,
    )
    .exitOverride();
  const config = (): string => root.opts<{ config: string }>().config;

  root
    .command('init')
    .description(
      'make the configuration, the key, the database and what Asterisk and the helper need',
    )
    .option('--owner <user>', 'who shall run "dialgate serve" (a user name or number)')
    .action(async (options: { owner?: string }) => {
      for (const line of await doings.init({ config: config(), owner: options.owner })) print(line);
    });
  root
    .command('serve')
    .description('take calls and serve the API, until stopped')
    .action(() => doings.serve(config()));
  root
    .command('check-config')
    .description('check the configuration and what it points to, and change nothing')
    .action(async () => {
      for (const line of await doings.checkConfig(config())) print(line);
    });

  const asked: Asked = { print, withRest: (work) => doings.withRest(config(), work) };
  root.addCommand(userCommand(asked));
  root.addCommand(grantCommand(asked));
  root.addCommand(hostCommand(asked));
  root.addCommand(isOpenCommand(asked));
  root.addCommand(auditCommand(asked, () => doings.audit(config()), tellTerminal));
  root.addCommand(backupCommand(print, () => doings.backups(config()), tellTerminal));
  root.addCommand(restoreCommand(print, () => doings.backups(config()), tellTerminal));
  root.addCommand(eventsCommand(() => doings.served(config())));
  root.addCommand(callsCommand(asked));
  root.addCommand(tokenCommand(asked));
  root.addCommand(lockoutCommand(asked));
  root.addCommand(importCommand(asked));
  root.addCommand(serviceCommand(asked));
  root.addCommand(noticeCommand(asked));
  root.addCommand(statusCommand(asked));
  root.addCommand(doctorCommand({ print, examine: (file) => doings.doctor(config(), file) }));
  root.addCommand(
    guardCommand({
      guard: (socket) => doings.guard(config(), socket),
      connection: () => doings.sshConnection(),
      print,
    }),
  );
  for (const command of [root, ...root.commands, ...root.commands.flatMap((c) => c.commands)]) {
    command.exitOverride().showHelpAfterError('(add --help for what there is)');
  }
  return root;
}

/**
 * Runs a command line to its end.
 * @returns the exit status: 0 done, 1 refused or failed, 2 the words are wrong.
 */
export async function run(doings: Doings, words: readonly string[]): Promise<number> {
  try {
    await program(doings).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const message = error instanceof AccessError ? error.message : `Unexpected: ${String(error)}`;
    process.stderr.write(`dialgate: ${message}\n`);
    return 1;
  }
}
