import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { AccessError, type AccessErrorCode } from '../domain/access-error.ts';
import type { AuditAnswer, Items } from '../http/answers.ts';
import type { ServerEvent } from '../http/client.ts';
import type { ServedApi } from './doings.ts';
import { untilInterrupted } from './interrupted.ts';
import { rowLine } from './row-words.ts';
import { createUserNames } from './user-names.ts';
import { fitting } from './words.ts';
import { writeOut } from './write-out.ts';

interface EventOptions {
  readonly after?: string;
  readonly json?: true;
}

export function eventsCommand(served: () => ServedApi): Command {
  return new Command('events')
    .description('show what is put on record as it happens, until Ctrl-C')
    .option(
      '--after <seq>',
      'first what came after this row; without it from now on',
      fitting((text) => /^[0-9]{1,15}$/.test(text), 'A row has a whole number.'),
    )
    .option('--json', 'print each row as a line of JSON')
    .action(async (options: EventOptions) => {
      const { signal, release } = untilInterrupted();
      try {
        await show(served(), options, signal);
      } finally {
        release();
      }
    });
}

/** What will not be otherwise when it is tried again. */
const lasting: ReadonlySet<AccessErrorCode> = new Set([
  'invalid',
  'unauthorized',
  'forbidden',
  'not-found',
  'too-many-requests',
]);

/** Milliseconds between two tries to reach a server that is away. */
const soonest = 500;
const latest = 5000;

/** Goes on where it was whenever the server comes back. */
async function show(
  { rest, follow }: ServedApi,
  { after, json }: EventOptions,
  signal: AbortSignal,
): Promise<void> {
  const lineOf = json ? jsonLine : readableLine(rest);
  let known = after;
  let tries = 0;

  async function followOnce(): Promise<void> {
    // what happens before the first event comes shall not be lost with the connection
    known ??= String(await lastRow(rest));
    for await (const event of follow(`/v1/events?after=${known}`, signal)) {
      if (tries > 0) tell('The server is there again.');
      tries = 0;
      if (event.kind === 'gap') tell(gapWords(event));
      else if (event.data !== undefined) await writeOut(`${await lineOf(event.data)}\n`);
      // only now: what could not be written shall come again
      known = event.id ?? known;
    }
  }

  while (!signal.aborted) {
    let why = 'The server has ended the connection.';
    try {
      await followOnce();
    } catch (error) {
      if (!(error instanceof AccessError) || isLasting(error)) throw error;
      why = error.message;
    }
    if (signal.aborted) return;
    if (tries === 0) tell(`${why} It is tried again until Ctrl-C.`);
    tries++;
    // ends at once when it is interrupted
    await sleep(Math.min(soonest * tries, latest), undefined, { signal }).catch(() => undefined);
  }
}

const tell = (text: string): void => void process.stderr.write(`dialgate: ${text}\n`);

const isLasting = ({ code, cause }: AccessError): boolean =>
  lasting.has(code) || (cause as NodeJS.ErrnoException | undefined)?.code === 'EACCES';

async function lastRow(rest: ServedApi['rest']): Promise<number> {
  const { items } = await rest.get<Items<AuditAnswer>>('/v1/audit?limit=1');
  return items[0]?.seq ?? 0;
}

type LineOf = (data: string) => Promise<string>;

const jsonLine: LineOf = (data) => Promise.resolve(data);

function readableLine(rest: ServedApi['rest']): LineOf {
  const names = createUserNames(rest);
  return async (data) => {
    const row = JSON.parse(data) as AuditAnswer;
    const { userId } = row;
    // a line without the name is better than none
    const name = await names.of(row).catch(() => undefined);
    return rowLine(row, name ?? (userId === undefined ? undefined : `user ${userId}`));
  };
}

function gapWords({ data = '{}' }: ServerEvent): string {
  const { after, from } = JSON.parse(data) as { after: number; from: number };
  if (from <= after)
    return `The record ends before row ${after}: a backup was restored. It goes on with row ${from}.`;
  return `Rows ${after + 1} to ${from - 1} are left out: they are too many, or were removed. "dialgate audit" has what there is.`;
}
