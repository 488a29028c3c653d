import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import type { AuditEntry } from '../../src/domain/attempt.ts';
import { listenUnix } from '../../src/http/listen.ts';
import { complaints, dialgate, here } from './command-line.ts';

let out: string;
let running: Promise<number> | undefined;

beforeEach(() => {
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, done) => {
    out += String(text);
    if (typeof done === 'function') (done as () => void)();
    return true;
  });
});
afterEach(async () => {
  // a test that failed must not leave it running
  if (running) process.emit('SIGTERM');
  await running;
  running = undefined;
});

/** In the background, until `interrupt`. */
function follow(...words: string[]): void {
  running = dialgate('events', ...words);
}

async function interrupt(): Promise<number | undefined> {
  // the program's own, as a key press would bring it
  process.emit('SIGINT');
  const status = await running;
  running = undefined;
  return status;
}

async function until(done: () => boolean): Promise<void> {
  for (let n = 0; n < 1500 && !done(); n++) await sleep(10);
  if (!done()) throw new Error(`it did not come; there was: ${out}${complaints()}`);
}

const put = (kind: AuditEntry['kind'], rest: Partial<AuditEntry> = {}): Promise<unknown> =>
  here().stores.audit.append({ at: Date.UTC(2025, 5, 1, 12), actor: 'system', kind, ...rest });

const address = parseAddress('203.0.113.7');
const lines = (): string[] => out.split('\n').slice(0, -1);

test('what is on record already, and what happens then, is a line each: when, what, who, where', async () => {
  await dialgate('user', 'add', 'mira');
  follow('--after', '1');
  await put('gate-opened', { userId: 1, actor: 'call:4', address });
  await put('attempt-refused', { actor: 'call:5', caller: '15550123', detail: { reason: 'pin' } });
  await put('gate-expired', { userId: 1, address });
  await put('server-started', { detail: { text: 'a\u001b[2Jb' } });
  await until(() => lines().length === 4);
  expect(lines().map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    '2025-06-01 12:00:00Z | gate-opened | mira (call:4) | 203.0.113.7',
    '2025-06-01 12:00:00Z | attempt-refused | 15550123 (call:5) | - | reason=pin',
    '2025-06-01 12:00:00Z | gate-expired | mira | 203.0.113.7',
    '2025-06-01 12:00:00Z | server-started | system | - | text=a\uFFFD[2Jb',
  ]);
  // made since, and then removed: known by the record
  await dialgate('user', 'add', 'otto');
  await dialgate('user', 'remove', 'otto');
  await until(() => lines().length >= 6);
  expect(lines().at(-1)).toMatch(/user-removed +otto \(cli:root\)/);
  expect(await interrupt()).toBe(0);
  expect(complaints()).toBe('');
});

test('without --after it begins now, with --json it is a line of JSON each', async () => {
  await put('gate-opened');
  follow('--json');
  // whether it listens yet cannot be seen: the first line that comes shows it
  let n = 0;
  for (; lines().length === 0 && n < 500; n++) {
    await put('gate-closed', { detail: { n } });
    await sleep(20);
  }
  await until(() => lines().length === n - (firstIn(lines()[0]) ?? 0));
  for (const line of lines()) {
    expect(JSON.parse(line)).toMatchObject({ kind: 'gate-closed', actor: 'system' });
  }
  expect(await interrupt()).toBe(0);
});

const firstIn = (line = '{}'): number | undefined =>
  (JSON.parse(line) as { detail?: { n: number } }).detail?.n;

test('it goes on where it was when the server comes back, and says so', async () => {
  follow('--after', '0');
  await put('server-started');
  await until(() => lines().length === 1);
  const { door, app } = here();
  await door.close(0);
  await until(() => complaints().includes('It is tried again until Ctrl-C.'));
  await put('gate-opened');
  const again = await listenUnix(app, door.at, 0o600);
  await until(() => lines().length === 2);
  expect(lines()[1]).toContain('gate-opened');
  expect(complaints()).toMatch(
    /tried again until Ctrl-C\.\ndialgate: The server is there again\.\n$/,
  );
  expect(await interrupt()).toBe(0);
  await again.close(0);
});

test('a server that is not there yet is waited for; Ctrl-C ends that, too', async () => {
  await here().door.close(0);
  follow();
  await until(() => complaints().includes('Nobody answers at'));
  expect(await interrupt()).toBe(0);
});

test('rows that are not to be had any more are said to be left out', async () => {
  await put('server-started');
  follow('--after', '99');
  await until(() => complaints() !== '');
  expect(complaints()).toMatch(/ends before row 99: a backup was restored\. It goes on with row 2/);
  await put('gate-opened');
  await until(() => lines().length === 1);
  expect(await interrupt()).toBe(0);
});

test('what is typed wrongly is said at once', async () => {
  expect(await dialgate('events', '--after', '-1')).toBe(2);
  expect(complaints()).toMatch(/A row has a whole number\./);
});
