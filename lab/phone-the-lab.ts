import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CallPlan } from './asterisk/sipp-scenario.ts';
import { callBySipp, callerNumber, knockPlan, type Caller } from './call.ts';
import { phoneBookOf, type PhoneBook } from './invitation.ts';
import type { LabUser } from './lab.ts';
import { CallOnScreen, say } from './screen.ts';
import { labsOnRecord } from './state.ts';

const usage = `npm run call -- --address ADDRESS     keys everything, with the secrets of the lab's user
npm run call -- --keys KEYS           keys what you say: 0-9, * and #, a comma for two seconds,
                                      {knock} and {pin} for the secrets of the lab's user
  --caller NUMBER   who calls, or "withheld" (usually ${callerNumber})
  --stay SECONDS    on the line after the last of KEYS (usually 15)
  --user NAME       must be the lab's user
  --lab ID          where several labs run`;

interface Wanted {
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly keys?: string | undefined;
  readonly caller?: string | undefined;
  readonly stay: string;
  readonly lab?: string | undefined;
  readonly help: boolean;
}

/** `npm run call`: phones a running lab and shows the call. @returns 0 when the gate was opened. */
export async function phoneTheLab(args: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    const text = { type: 'string' } as const;
    wanted = parseArgs({
      args: [...args],
      options: {
        user: text,
        address: text,
        keys: text,
        caller: text,
        stay: { ...text, default: '15' },
        lab: text,
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (wanted.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (process.getuid?.() !== 0) return refuse("The lab is root's: run this as root.");
  const book = findBook(wanted.lab);
  if (typeof book === 'string') return refuse(book);
  const { user = book.user.name, caller } = wanted;
  if (user !== book.user.name) {
    return refuse(`This lab keeps the secrets of ${book.user.name} only, not of ${user}.`);
  }
  const plan = planOf(wanted, book.user);
  if (typeof plan === 'string') return refuse(plan);
  const who = caller === undefined ? {} : { callerNumber: caller === 'withheld' ? null : caller };
  return phone(book, plan, who);
}

/** What is keyed, or why it cannot be. */
function planOf({ address, keys, stay }: Wanted, user: LabUser): CallPlan | string {
  if ((address === undefined) === (keys === undefined)) {
    return 'Say where the caller is (--address), or what they key (--keys).';
  }
  if (address !== undefined) {
    return /^([0-9]{1,3}\.){3}[0-9]{1,3}$/.test(address)
      ? knockPlan({ ...user, address })
      : `${address} cannot be keyed: give an IPv4 address such as 203.0.113.7.`;
  }
  const dialled = (keys ?? '').replaceAll('{knock}', user.knockCode).replaceAll('{pin}', user.pin);
  if (!/^[0-9*#,]{1,200}$/.test(dialled))
    return 'Only 0-9, *, #, commas, {knock} and {pin} are keyed.';
  if (!/^[0-9]{1,3}$/.test(stay)) return '--stay is a number of seconds.';
  const parts = dialled.match(/,*[0-9*#]+/g) ?? [];
  return {
    segments: parts.map((part) => {
      const keyed = part.replaceAll(',', '');
      return { waitMs: 800 + (part.length - keyed.length) * 2000, keys: keyed };
    }),
    hangUpAfterMs: Number(stay) * 1000,
  };
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n${usage}\n`);
  return 2;
}

/** The wanted lab's phone book, or that of the lab begun last; or why there is none. */
function findBook(wanted: string | undefined): PhoneBook | string {
  const living = labsOnRecord().filter(({ alive }) => alive);
  const begun = living.flatMap(({ record }) => {
    try {
      const file = phoneBookOf(record.folder);
      const book = JSON.parse(readFileSync(file, 'utf8')) as PhoneBook;
      return [{ id: record.id, book, at: statSync(file).mtimeMs }];
    } catch {
      return []; // still starting, or a test's
    }
  });
  const found = begun
    .filter(({ id }) => wanted === undefined || id === wanted)
    .toSorted((a, b) => b.at - a.at)[0];
  if (found) return found.book;
  return wanted === undefined
    ? 'No lab runs on this machine: start one with npm start, in another terminal.'
    : `No lab ${wanted} runs on this machine.`;
}

async function phone({ line, user, log }: PhoneBook, plan: CallPlan, who: Caller): Promise<number> {
  let opened = false;
  const screen = new CallOnScreen((event, name) => {
    if (event === 'prompt' && name === 'opened') opened = true;
  });
  const follow = followFrom(log, statSync(log).size);
  say(`${user.name} phones ${line.extension}. Seconds since it rang:`);
  const call = callBySipp(line, plan, who);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => call.kill());
  const show = (): void => {
    for (const text of follow()) {
      try {
        screen.show({ text, fields: JSON.parse(text) as Record<string, unknown> });
      } catch {
        // not one of dialgate's own lines
      }
    }
  };
  const timer = setInterval(show, 50);
  const { ok, why } = await call.ended;
  await sleep(200); // for the last lines
  clearInterval(timer);
  show();
  if (!ok) say(`The call did not go as planned: ${why.trim().slice(-300)}`);
  say(opened ? 'The gate was opened.' : 'Nothing was opened.');
  return opened ? 0 : 1;
}

/** Each call of what it returns gives the whole lines that came since the last. */
function followFrom(file: string, start: number): () => string[] {
  let position = start;
  let rest = '';
  return () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? position;
    if (size <= position) return [];
    const chunk = Buffer.alloc(size - position);
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, chunk, 0, chunk.length, position);
    } finally {
      closeSync(descriptor);
    }
    position = size;
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
}
