import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAdministration } from '../../src/access/administration.ts';
import { createGate } from '../../src/access/gate.ts';
import { createSecrets } from '../../src/access/secrets.ts';
import { run } from '../../src/cli/program.ts';
import { parseNetwork } from '../../src/domain/address.ts';
import { systemClock } from '../../src/domain/time.ts';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import { createHttp } from '../../src/http/app.ts';
import { createClient } from '../../src/http/client.ts';
import { listenUnix, type Listening } from '../../src/http/listen.ts';
import { createMemoryStores } from '../fakes/stores.ts';

let folder = '';
let door: Listening;
let printed: string[];
let complained: string;

/** The commands against the real API on a real socket. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-cli-'));
  const stores = createMemoryStores();
  const limits = { services: ['web', 'sip'], longest: 86_400, mostAddresses: 100 };
  const firewall = new DryRunFirewall(limits, systemClock, () => undefined);
  const gate = createGate({
    stores,
    firewall,
    clock: systemClock,
    steady: () => performance.now(),
    rules: {
      services: ['web'],
      openFor: 14_400,
      longest: 43_200,
      mostOpen: 5,
      addresses: () => ({ own: [], alsoAllowed: [parseNetwork('203.0.113.0/24')!] }),
    },
  });
  const ok = { ok: true };
  const rules = createAdministration({
    stores,
    gate,
    firewall,
    secrets: createSecrets(Buffer.alloc(32, 1)),
    clock: systemClock,
    health: async () => ({
      ok: true,
      parts: { asterisk: ok, helper: ok, database: ok },
      version: '0.0.0',
    }),
  });
  const app = createHttp({
    rules,
    log: pino({ level: 'silent' }),
    now: Date.now,
    door: 'admin-socket',
  });
  door = await listenUnix(app, join(folder, 'admin.sock'), 0o600);
  printed = [];
  complained = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complained += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await door.close();
  rmSync(folder, { recursive: true });
});

const dialgate = (...words: string[]): Promise<number> =>
  run(
    {
      version: '0.0.0',
      init: async () => ['made things'],
      serve: async () => undefined,
      checkConfig: async () => ['ok     all'],
      withRest: (_, work) => work(createClient({ socketPath: door.at, cliUser: 'root' })),
      print: (line) => void printed.push(line),
    },
    words,
  );
// whoever asks knows what was printed
const json = (): any => JSON.parse(printed.pop() ?? '');

test('a user is made, listed, disabled, enabled, and given a new PIN', async () => {
  expect(await dialgate('user', 'add', 'anna', '--json')).toBe(0);
  const made = json();
  expect(made.knockCode).toMatch(/^\d+\*\d+\*\d+$/);
  expect(made.pin).toMatch(/^\d{6}$/);
  await dialgate('user', 'disable', 'anna');
  await dialgate('user', 'list');
  expect(printed.at(-1)).toMatch(/anna +disabled +\(usual\)/);
  await dialgate('user', 'enable', 'anna');
  await dialgate('user', 'reset-pin', 'anna', '--json');
  expect(json().pin).not.toBe(made.pin);
});

test('a user with services of their own opens those, and no unknown ones', async () => {
  expect(await dialgate('user', 'add', 'anna', '--service', 'sip', 'web')).toBe(0);
  expect(await dialgate('user', 'add', 'bert', '--service', 'gopher')).toBe(1);
  expect(complained).toMatch(/No such service: gopher\. The helper knows web, sip/);
});

test('a grant is opened, listed and closed', async () => {
  await dialgate('user', 'add', 'anna');
  expect(await dialgate('grant', 'open', 'anna', '203.0.113.7', '--minutes', '90')).toBe(0);
  await dialgate('grant', 'list');
  expect(printed.at(-1)).toMatch(/1 +anna +203\.0\.113\.7 +web .* 1 h (29|30) min/);
  expect(await dialgate('grant', 'close', '1')).toBe(0);
  await dialgate('grant', 'list');
  expect(printed.at(-1)).toBe('Nobody is let in now.');
  await dialgate('grant', 'list', '--all');
  expect(printed.at(-1)).toMatch(/closed/);
  expect(await dialgate('grant', 'close', '1')).toBe(1);
  expect(complained).toMatch(/ended/);
});

test('what was done is on record, by whom', async () => {
  await dialgate('user', 'add', 'anna');
  await dialgate('grant', 'open', 'anna', '203.0.113.7');
  await dialgate('audit');
  expect(printed.at(-1)).toMatch(/cli:root +user-created[^]*cli:root +gate-opened +203\.0\.113\.7/);
  await dialgate('audit', '--kind', 'gate-opened', '--json');
  expect(json()).toHaveLength(1);
  expect(await dialgate('audit', '--kind', 'nonsense')).toBe(1);
  await dialgate('calls');
  expect(printed.at(-1)).toBe('There was no call yet.');
});

test('a token is made, listed without its secret, and revoked', async () => {
  await dialgate('token', 'add', 'ops', '--role', 'auditor', '--json');
  const { secret } = json();
  await dialgate('token', 'list');
  expect(printed.at(-1)).toMatch(/ops +auditor/);
  expect(printed.at(-1)).not.toContain(secret);
  expect(await dialgate('token', 'revoke', 'ops')).toBe(0);
  expect(await dialgate('token', 'revoke', 'ops')).toBe(1);
});

test.each([
  [['user', 'disable', 'nobody'], 1, /no user named nobody/],
  [['grant', 'open', 'nobody', '203.0.113.7'], 1, /no user named nobody/],
  [['grant', 'close', '0'], 2, /whole number above 0/],
  [['grant', 'close', '1; DROP TABLE grants'], 2, /whole number above 0/],
  [['token', 'add', 'x', '--role', 'god'], 2, /admin, auditor/],
  [['user', 'add', '../etc/passwd'], 1, /name must be 1 to 64 letters/],
  [['no-such-thing'], 2, /unknown command/],
])('%j ends with %d and says why', async (words, status, why) => {
  expect(await dialgate(...words)).toBe(status);
  expect(complained).toMatch(why);
});
