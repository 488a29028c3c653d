import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { builtEntry } from '../fixtures/built.ts';
import { here } from './command-line.ts';

/** The program itself, with its own signals and its own standard output. */

let program: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  program = await builtEntry('bin/dialgate');
}, 90_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function started() {
  const file = join(here().folder, 'dialgate.yaml');
  writeFileSync(
    file,
    `http: { admin_socket: ${here().door.at} }
firewall: { kind: dry-run, services: [web] }
access: { services: [web] }
`,
  );
  await put();
  const words = [program, '--config', file, 'events', '--after', '0'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const [first] = (await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => [`it ended: ${said}`]),
  ])) as [Buffer | string];
  expect(String(first)).toMatch(/gate-closed/);
  return { child, ended, said: () => said };
}

const put = (): Promise<unknown> =>
  here().stores.audit.append({ at: Date.now(), actor: 'system', kind: 'gate-closed' });

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it well, without a word', async (signal) => {
  const { child, ended, said } = await started();
  child.kill(signal);
  expect(await ended).toEqual([0, null]);
  expect(said()).toBe('');
});

test('who reads no further ends it well with the next line', async () => {
  const { child, ended, said } = await started();
  child.stdout.destroy();
  await put();
  expect(await ended).toEqual([0, null]);
  expect(said()).toBe('');
});
