import { Command, InvalidArgumentError } from 'commander';
import type { AuditAnswer, Items } from '../http/answers.ts';
import type { Instant } from '../domain/time.ts';
import type { Asked } from './doings.ts';
import { table, when } from './table.ts';
import { wholeNumber } from './words.ts';

/** Which rows are wanted, as typed. */
export interface AuditFilters {
  readonly kind?: string;
  readonly user?: number;
  readonly address?: string;
  readonly caller?: string;
  readonly by?: string;
  readonly from?: Instant;
  readonly to?: Instant;
}

export function withAuditFilters(command: Command): Command {
  return command
    .option('--kind <kind>', 'only rows of this kind, such as gate-opened')
    .option('--user <number>', 'only rows about the user with this number', (text) =>
      wholeNumber(text, 'A user'),
    )
    .option('--address <address>', 'only rows about this address')
    .option('--caller <number>', 'only rows about calls from this telephone, or withheld')
    .option('--by <actor>', 'only what this one did, such as token:ops, cli:root or system')
    .option('--from <time>', 'from this time on, such as 2026-11-01 or 2026-11-01T08:30Z', time)
    .option('--to <time>', 'before this time', time);
}

export function auditList({ withRest, print }: Asked): Command {
  const list = new Command('list')
    .description('rows of the record, newest last; what "dialgate audit" does by itself')
    .option(
      '-n, --limit <n>',
      'how many lines',
      (text) => wholeNumber(text, 'The number of lines'),
      50,
    )
    .option('--json', 'print JSON')
    .allowExcessArguments();
  return withAuditFilters(list).action(
    async (options: AuditFilters & { limit: number; json?: boolean }) => {
      const [odd] = list.args;
      // "dialgate audit" is this command: what comes behind it was meant to be another one
      if (odd !== undefined) list.error(`error: unknown command '${odd}'`);
      const { limit, json, ...filters } = options;
      const items = await withRest(async (rest) => {
        const found: AuditAnswer[] = [];
        for (let cursor: string | null = ''; cursor !== null && found.length < limit;) {
          const query = queryOf(filters, limit - found.length, cursor);
          const page: Items<AuditAnswer> = await rest.get(`/v1/audit?${query}`);
          found.push(...page.items);
          cursor = page.next;
        }
        return found;
      });
      if (json) return print(JSON.stringify(items));
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
    },
  );
}

/** The most rows that the API gives at once. */
const mostRows = 500;

function queryOf(filters: AuditFilters, limit: number, cursor: string): string {
  const { kind, user, address, caller, by, from, to } = filters;
  const iso = (at: Instant | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  const query = new URLSearchParams({ limit: String(Math.min(limit, mostRows)) });
  const given = { kind, address, caller, actor: by, from: iso(from), to: iso(to) };
  for (const [name, value] of Object.entries(given)) if (value) query.set(name, value);
  if (user !== undefined) query.set('userId', String(user));
  if (cursor !== '') query.set('cursor', cursor);
  return query.toString();
}

/** A date alone is its midnight, and a time without a zone is one, where the command runs. */
function time(text: string): Instant {
  const bare = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text;
  const at = Date.parse(bare);
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError('A time is such as 2026-11-01 or 2026-11-01T08:30Z.');
  }
  return at;
}
