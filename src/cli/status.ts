import { Command } from 'commander';
import { AccessError } from '../domain/access-error.ts';
import type { StatusAnswer } from '../http/answers.ts';
import type { Asked } from './doings.ts';
import { facts } from './table.ts';

export function statusCommand({ withRest, print }: Asked): Command {
  return new Command('status')
    .description('how things are now; the exit status is 0 when all is well')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const status = await withRest((rest) => rest.get<StatusAnswer>('/v1/status'));
      print(options.json ? JSON.stringify(status) : told(status));
      if (!status.ok) throw new AccessError('internal', 'Not all is well.');
    });
}

function told(status: StatusAnswer): string {
  const { version, parts, calls, brake, openAddresses, standing, warnings } = status;
  const refused = Object.entries(calls?.refused ?? {}).filter(([, count]) => count > 0);
  return facts([
    ['dialgate', version],
    ...Object.entries(parts).map(
      ([part, { ok, why }]) => [part, ok ? 'well' : `not well: ${why ?? 'unknown'}`] as const,
    ),
    ['calls', calls ? `${calls.inProgress} going on` : '-'],
    ['refused', refused.map(([reason, count]) => `${count} ${reason}`).join(', ') || '-'],
    ['brake', !brake ? '-' : brake.on ? 'on: strangers are refused' : 'off'],
    ['failures', brake ? String(brake.failures) : '-'],
    [
      'open',
      openAddresses === null
        ? 'unknown'
        : `${openAddresses} address${openAddresses === 1 ? '' : 'es'}`,
    ],
    ['standing', standing === null ? 'unknown' : entriesTold(standing)],
    ...warnings.map((words) => ['warning', words] as const),
  ]);
}

function entriesTold({ entries, failing }: NonNullable<StatusAnswer['standing']>): string {
  const all = `${entries} ${entries === 1 ? 'entry' : 'entries'}`;
  if (failing === 0) return all;
  return `${all}, ${failing} with a name that is not answered (dialgate host list --stale)`;
}
