import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { compile, type Compiled } from '../sqlite/compiled.ts';
import { migrations, newPath, openStores } from '../sqlite/workshop.ts';
import { hookServer, type Posted } from './hook-server.ts';

let compiled: Compiled;
const children: ChildProcess[] = [];

beforeAll(() => {
  compiled = compile(new URL('teller.ts', import.meta.url));
}, 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => compiled.remove());

/** Each writes kinds of its own, so that nothing is summed up. */
function teller(path: string, url: string, from: number, rows: number): ChildProcess {
  const words = [compiled.program, path, migrations, url, String(from), String(rows)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function until(done: () => boolean): Promise<void> {
  for (let n = 0; n < 2000 && !done(); n++) await sleep(10);
  if (!done()) throw new Error('it did not come about within twenty seconds');
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const numberIn = ({ body }: Posted): number =>
  (JSON.parse(body) as { data: { detail: { n: number } } }).data.detail.n;

it('killed again and again, it tells all that is on record, in order; a repeat has the id of the first', async () => {
  const rows = 48;
  const server = await hookServer();
  const path = newPath();
  const writing = teller(path, server.url, 0, rows);
  // in the middle of writing, then in the middle of telling
  await until(() => server.posted.length >= 10);
  await kill(writing);
  const stores = openStores(path);
  const written = (await stores.audit.list({ limit: 1000 })).length;
  stores.close();
  expect(written).toBeGreaterThan(9);
  for (const [n, more] of [15, 15].entries()) {
    const seen = server.posted.length;
    const child = teller(path, server.url, (n + 1) * rows, rows);
    await until(() => server.posted.length >= seen + more);
    await kill(child);
  }
  const last = teller(path, server.url, 0, 0);
  const check = openStores(path);
  await until(() => server.posted.length >= 40);
  for (let quiet = 0, waiting = 1; waiting > 0 && quiet < 250; quiet++) {
    waiting = (await check.notices.counts()).waiting;
    await sleep(20);
  }
  await kill(last);
  const all = (await check.audit.list({ limit: 1000 })).toReversed();
  const notices = (await check.notices.page({ limit: 1000 })).toReversed();
  check.close();
  expect(notices.every(({ state }) => state === 'sent')).toBe(true);
  // each row once
  expect(notices.map(({ about }) => about.seq)).toEqual(all.map(({ seq }) => seq));
  const ids = new Map<string, number>();
  for (const posted of server.posted) {
    const id = String(posted.headers['webhook-id']);
    expect(ids.get(id) ?? numberIn(posted)).toBe(numberIn(posted));
    ids.set(id, numberIn(posted));
  }
  expect(ids.size).toBe(notices.length);
  // no more repeats than there were kills
  expect(server.posted.length - ids.size).toBeLessThanOrEqual(3);
  const order = server.posted.map(({ headers }) =>
    notices.findIndex(({ delivery }) => delivery === headers['webhook-id']),
  );
  expect(order).toEqual([...order].sort((a, b) => a - b));
}, 60_000);
