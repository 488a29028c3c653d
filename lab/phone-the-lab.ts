import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { callBySipp, knockPlan } from './call.ts';
import { phoneBookOf, type PhoneBook } from './invitation.ts';
import { CallOnScreen, say } from './screen.ts';
import { labsOnRecord } from './state.ts';

const usage = 'npm run call -- --user NAME --address ADDRESS [--lab ID]';

/** `npm run call`: phones a running lab and shows the call. @returns 0 when the gate was opened. */
export async function phoneTheLab(args: readonly string[]): Promise<number> {
  let wanted: { user?: string; address?: string; lab?: string };
  try {
    const text = { type: 'string' } as const;
    wanted = parseArgs({
      args: [...args],
      options: { user: text, address: text, lab: text },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (process.getuid?.() !== 0) return refuse("The lab is root's: run this as root.");
  const { user, address, lab } = wanted;
  if (user === undefined || address === undefined) return refuse('Say who calls, and from where.');
  if (!/^([0-9]{1,3}\.){3}[0-9]{1,3}$/.test(address)) {
    return refuse(`${address} cannot be keyed: give an IPv4 address such as 203.0.113.7.`);
  }
  const book = findBook(lab);
  if (typeof book === 'string') return refuse(book);
  if (user !== book.user.name) {
    return refuse(`This lab keeps the secrets of ${book.user.name} only, not of ${user}.`);
  }
  return phone(book, address);
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

async function phone({ line, user, log }: PhoneBook, address: string): Promise<number> {
  let opened = false;
  const screen = new CallOnScreen((event, name) => {
    if (event === 'prompt' && name === 'opened') opened = true;
  });
  const follow = followFrom(log, statSync(log).size);
  say(`${user.name} phones ${line.extension}. Seconds since it rang:`);
  const call = callBySipp(line, knockPlan({ ...user, address }));
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
  say(opened ? `The gate is open for ${address}.` : 'Nothing was opened.');
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
