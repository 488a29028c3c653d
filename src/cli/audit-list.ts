import { Command, InvalidArgumentError } from 'commander';
import { auditKinds, type AuditKind } from '../domain/attempt.ts';
import { isUserName } from '../domain/user.ts';
import type { Instant } from '../domain/time.ts';
import type { AuditAnswer, Items } from '../http/answers.ts';
import type { RestClient } from '../http/client.ts';
import type { Asked } from './doings.ts';
import { nearest } from './nearest.ts';
import { detailWords } from './row-words.ts';
import { table, when } from './table.ts';
import { createUserNames, userNumber } from './user-names.ts';
import { fitting, wholeNumber } from './words.ts';

/** Which rows are wanted, as typed. */
export interface AuditFilters {
  readonly kind?: AuditKind;
  readonly user?: string;
  readonly address?: string;
  readonly caller?: string;
  readonly by?: string;
  readonly from?: Instant;
  readonly to?: Instant;
}

export function withAuditFilters(command: Command): Command {
  return command
    .option(
      '--kind <kind>',
      'only rows of this kind, such as gate-opened; "dialgate audit kinds" lists all',
      kind,
    )
    .option(
      '--user <name>',
      'only rows about this user, also one who was removed',
      fitting(isUserName, 'A user is named with letters, digits, ".", "_" and "-", such as mira.'),
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
      const { items, cells } = await withRest(async (rest) => {
        const found = await rowsOf(rest, filters, limit);
        return { items: found, cells: json ? [] : await cellsOf(rest, found) };
      });
      if (json) return print(JSON.stringify(items));
      if (items.length === 0) return print('Nothing of that kind is on record.');
      print(table(['SEQ', 'TIME', 'BY', 'WHAT', 'USER', 'ADDRESS', 'DETAIL'], cells));
    },
  );
}

export function auditKindList({ print }: Pick<Asked, 'print'>): Command {
  return new Command('kinds')
    .description('the kinds of rows that there are')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) =>
      print(json ? JSON.stringify(auditKinds) : auditKinds.join('\n')),
    );
}

/** Newest first. */
async function rowsOf(
  rest: RestClient,
  { user, ...filters }: AuditFilters,
  limit: number,
): Promise<AuditAnswer[]> {
  const userId = user === undefined ? undefined : await userNumber(rest, user);
  const found: AuditAnswer[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < limit;) {
    const query = queryOf({ ...filters, userId }, limit - found.length, cursor);
    const page: Items<AuditAnswer> = await rest.get(`/v1/audit?${query}`);
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

/** Newest last. */
async function cellsOf(rest: RestClient, rows: readonly AuditAnswer[]): Promise<string[][]> {
  const names = createUserNames(rest);
  const cells: string[][] = [];
  for (const row of rows.toReversed()) {
    const { seq, at, actor, kind: what, userId, address } = row;
    const user = userId === undefined ? '-' : ((await names.of(row)) ?? `user ${userId}`);
    cells.push([String(seq), when(at), actor, what, user, address ?? '-', detailWords(row)]);
  }
  return cells;
}

/** The most rows that the API gives at once. */
const mostRows = 500;

function queryOf(
  filters: Omit<AuditFilters, 'user'> & { readonly userId: number | undefined },
  limit: number,
  cursor: string,
): string {
  const { kind: what, userId, address, caller, by, from, to } = filters;
  const iso = (at: Instant | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  const query = new URLSearchParams({ limit: String(Math.min(limit, mostRows)) });
  const given = { kind: what, address, caller, actor: by, from: iso(from), to: iso(to) };
  for (const [name, value] of Object.entries(given)) if (value) query.set(name, value);
  if (userId !== undefined) query.set('userId', String(userId));
  if (cursor !== '') query.set('cursor', cursor);
  return query.toString();
}

function kind(text: string): AuditKind {
  const known = auditKinds.find((one) => one === text);
  if (known) return known;
  const near = nearest(text, auditKinds);
  const meant = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
  throw new InvalidArgumentError(
    `There is no such kind.${meant} "dialgate audit kinds" lists all of them.`,
  );
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
