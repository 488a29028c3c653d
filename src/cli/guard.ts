import { Command, InvalidArgumentError } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { AdminConnection, GuardStatus } from '../domain/guard.ts';
import type { GuardControl } from '../domain/ports.ts';
import { parseDuration } from '../domain/time.ts';
import { brief, facts, printable } from './table.ts';

/** What the commands need. */
export interface GuardAsked {
  /** At the named socket, or the usual one. */
  guard(socket: string | undefined): GuardControl;
  /** How the administrator came here, when by SSH. */
  connection(): AdminConnection | null;
  print(line: string): void;
}

interface Options {
  readonly test?: number | true;
  readonly force?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** A trial unless one says how long, in seconds. */
const usualTrial = 180;

export function guardCommand({ guard, connection, print }: GuardAsked): Command {
  const root = new Command('guard')
    .description('whether strangers are turned away; for root alone')
    .option('--socket <file>', "the helper's adminSocket, if it is not where it usually is");
  const control = (): GuardControl => guard(root.opts<{ socket?: string }>().socket);
  const lines = (texts: readonly string[]): void => texts.forEach((text) => print(text));

  root
    .command('status')
    .description('how the guard stands; the exit status is 0 when nothing is wrong')
    .option('--json', 'print JSON')
    .action(async ({ json }: Options) => {
      const status = await control().status();
      print(json ? JSON.stringify(status) : told(status));
      if (status.halted === 'contested') {
        throw new AccessError('firewall-refused', 'The guard needs a person.');
      }
    });

  root
    .command('plan')
    .description('say in plain words what arming means, then print the exact ruleset')
    .option('--json', 'print JSON')
    .action(async ({ json }: Options) => {
      const plan = await control().plan(connection());
      if (json) return print(JSON.stringify(plan));
      lines(plan.summary.map((line) => printable(line)));
      lines(['', 'The ruleset, as nft is given it:', '', plan.ruleset.trimEnd()]);
    });

  root
    .command('enable')
    .description('turn strangers away from the ports of the services')
    .option(
      '--test [time]',
      'on trial: disarms by itself unless confirmed in time (3m unless told, 1h at most)',
      trialOf,
    )
    .option('--force', 'though connections that are established now are cut')
    .option('--yes', 'for good though it was never confirmed on this host')
    .action(async ({ test, force, yes }: Options) => {
      const status = await control().enable({
        test: test === true ? usualTrial : (test ?? null),
        force: force === true,
        unproven: yes === true,
        connection: connection(),
      });
      print(told(status));
      if (status.secondsLeft === null) return;
      lines([
        '',
        'Now try from ANOTHER window whether you still get in, leaving this one open. If you do:',
        '  dialgate guard confirm',
        `If nobody confirms within ${brief(status.secondsLeft)}, the kernel disarms the guard by itself.`,
      ]);
    });

  root
    .command('confirm')
    .description('keep the guard that is on trial')
    .action(async () => print(told(await control().confirm())));
  root
    .command('disable')
    .description('turn nobody away any more; stays so across restarts')
    .action(async () => print(told(await control().disable())));
  root
    .command('resume')
    .description('keep the guard again after somebody has fought it')
    .action(async () => print(told(await control().resume())));

  root
    .command('restore')
    .description('take the guard away and bring back the ruleset from before it was first armed')
    .option('--yes', 'do it; otherwise the difference is shown and nothing is done')
    .action(async ({ yes }: Options) => {
      const { applied, savedAt, difference } = await control().restore(yes === true);
      if (difference.length === 0) print(`The ruleset is as it was saved at ${savedAt}.`);
      else lines([`Since ${savedAt} (- goes, + comes back):`, ...difference.map(indented)]);
      print(
        applied
          ? 'The guard is taken away. "dialgate guard enable" brings it back.'
          : 'Nothing was done. With --yes the guard is taken away, and this is brought back.',
      );
    });

  return root;
}

/** nft indents by tabs, which are not printed as they are. */
const indented = (line: string): string => printable(line.replaceAll('\t', '  '));

function trialOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('A time such as 90s or 3m, 1h at most.');
}

function told({ armed, secondsLeft, confirmed, halted, findings }: GuardStatus): string {
  const words = {
    on: 'on: strangers are turned away',
    off: 'off: nobody is turned away',
    trial: `on trial: off again in ${brief(secondsLeft ?? 0)} unless confirmed`,
  };
  return [
    facts([
      ['guard', halted === 'contested' ? `left alone; wanted is ${armed}` : words[armed]],
      ['confirmed', confirmed ? 'a trial was confirmed on this host' : 'never on this host'],
    ]),
    ...findings.map((finding) => printable(finding)),
  ].join('\n');
}
