import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { complete } from '../../lab/setup/asterisk-root.mjs';
import { chooseMirror } from '../../lab/setup/debian-mirror.mjs';
import { aptFailure, missingPrograms } from '../../lab/setup/debian-packages.mjs';
import { ownerOf, startTimeOf, withLock } from '../../lab/setup/lock.mjs';
import { checkMachine } from '../../lab/setup/machine.mjs';
import { installed, npmFailure } from '../../lab/setup/npm-packages.mjs';
import { elapsed } from '../../lab/setup/progress.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-setup-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the mirror', () => {
  const line = (...fields: string[]): string => fields.join('\t');
  const unread = (): string => {
    throw new Error('no such file');
  };

  test('is the archive of Debian itself, not the first that serves this release', () => {
    const targets = [
      line('https://packages.example.net/', 'bookworm', 'main', '/etc/apt/sources.list.d/a.list:1'),
      line('http://mirror.example.org/debian-security/', 'bookworm-security', 'main', '/s:1'),
      line('http://mirror.example.org/debian/', 'bookworm', 'contrib', '/s:1'),
      line('http://mirror.example.org/debian/', 'bookworm', 'main', '/s:1'),
    ].join('\n');
    expect(chooseMirror(targets, 'bookworm', unread)).toEqual({
      uri: 'http://mirror.example.org/debian/',
      keyrings: [],
    });
  });

  test('brings the keyrings that its settings name, in either format', () => {
    const targets = line('http://mirror.example.org/debian/', 'stable', 'main', '/sources:1');
    const read = (text: string) => (path: string) => {
      expect(path).toBe('/sources');
      return text;
    };
    const deb822 = 'Types: deb\nSigned-By: /usr/share/keyrings/own.gpg\n';
    const oneLine = 'deb [arch=amd64 signed-by=/usr/share/keyrings/own.gpg] http://x stable main';
    for (const text of [deb822, oneLine]) {
      expect(chooseMirror(targets, 'bookworm', read(text))?.keyrings).toEqual([
        '/usr/share/keyrings/own.gpg',
      ]);
    }
  });

  test('from a list of mirrors is the first of them', () => {
    const targets = line('mirror+file:/etc/apt/mirrors/debian.list', 'bookworm', 'main', '/s:1');
    const read = (path: string): string =>
      path === '/etc/apt/mirrors/debian.list'
        ? '# near\nhttp://mirror.example.org/debian\tpriority:1\nhttp://far.example.org/debian\n'
        : '';
    expect(chooseMirror(targets, 'bookworm', read)?.uri).toBe('http://mirror.example.org/debian');
  });

  test('is not there where nothing of Debian is', () => {
    const targets = line('http://archive.example.org/ubuntu/', 'noble', 'main', '/s:1');
    expect(chooseMirror(targets, 'noble', unread)).toBeUndefined();
    expect(chooseMirror('', 'bookworm', unread)).toBeUndefined();
  });
});

describe('the lock', () => {
  test('is held while the work is done, and gone after it, also when that fails', async () => {
    const file = join(folder, 'lock');
    await withLock(file, () => expect(ownerOf(file)).toBe(process.pid));
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(ownerOf(file)).toBeUndefined();
  });

  test('makes a second one wait, and says for whom', async () => {
    const file = join(folder, 'lock');
    const order: string[] = [];
    let begun = (): void => undefined;
    const first = withLock(file, async () => {
      begun();
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('first');
    });
    await new Promise<void>((resolve) => {
      begun = resolve;
      if (ownerOf(file)) resolve();
    });
    await withLock(file, () => void order.push('second'), {
      onWait: (pid) => order.push(`waits for ${pid === process.pid}`),
    });
    await first;
    expect(order).toEqual(['waits for true', 'first', 'second']);
  });

  test('of a process that is dead, or whose number another has now, is taken over', async () => {
    const file = join(folder, 'lock');
    const startTime = (startTimeOf(process.pid) ?? 0) + 1;
    for (const owner of [
      { pid: process.pid, startTime },
      { pid: 4_194_303, startTime: 1 },
    ]) {
      writeFileSync(file, JSON.stringify(owner));
      expect(await withLock(file, () => 'done')).toBe('done');
    }
    writeFileSync(file, '{"pid'); // killed while writing
    expect(await withLock(file, () => 'done')).toBe('done');
  });

  test('gives up on an owner that does not end, and names it', async () => {
    const file = join(folder, 'lock');
    const owner = spawn('sleep', ['60']);
    const pid = owner.pid ?? 0;
    writeFileSync(file, JSON.stringify({ pid, startTime: startTimeOf(pid) }));
    await expect(withLock(file, () => 'done', { waitSeconds: 0 })).rejects.toThrow(
      `Process ${pid}`,
    );
    owner.kill();
  });
});

test('an interrupted or older root filesystem does not count as complete', () => {
  mkdirSync(join(folder, 'etc'));
  expect(complete(folder)).toBe(false);
  writeFileSync(join(folder, 'etc/dialgate-root.json'), '{"packages":["asterisk"]}');
  expect(complete(folder)).toBe(false);
  const packages = ['asterisk', 'asterisk-core-sounds-en-gsm', 'sip-tester'];
  writeFileSync(join(folder, 'etc/dialgate-root.json'), JSON.stringify({ packages }));
  expect(complete(folder)).toBe(true);
});

describe('the npm packages', () => {
  const lock = (name: string, packages: object): void =>
    writeFileSync(join(folder, name), JSON.stringify({ packages }));
  const one = { version: '1.0.0', integrity: 'sha512-one' };

  test('are there when npm’s own record says the same as the lock file', () => {
    expect(installed(folder)).toBe(false);
    mkdirSync(join(folder, 'node_modules/one'), { recursive: true });
    lock('package-lock.json', {
      '': {},
      'node_modules/one': one,
      'node_modules/elsewhere': { ...one, optional: true },
    });
    expect(installed(folder)).toBe(false);
    lock('node_modules/.package-lock.json', { 'node_modules/one': one });
    expect(installed(folder)).toBe(true);
    lock('node_modules/.package-lock.json', { 'node_modules/one': { ...one, version: '2.0.0' } });
    expect(installed(folder)).toBe(false);
  });
});

describe('one sentence, with its mend, for', () => {
  const machine = { platform: 'linux', node: '20.19.0', uid: 0, find: (name: string) => name };

  test('a machine that will not do', () => {
    expect(() => checkMachine(machine)).not.toThrow();
    expect(() => checkMachine({ ...machine, node: '24.1.0' })).not.toThrow();
    expect(() => checkMachine({ ...machine, node: '20.18.3' })).toThrow(/install Node 20.19/);
    expect(() => checkMachine({ ...machine, node: '18.19.0' })).toThrow(/install Node 20.19/);
    expect(() => checkMachine({ ...machine, platform: 'darwin' })).toThrow(/Debian 12/);
    expect(() => checkMachine({ ...machine, uid: 1000 })).toThrow(/as root/);
    expect(() => checkMachine({ ...machine, find: () => undefined })).toThrow(/apt-get/);
  });

  test.each([
    ["E: Failed to fetch http://mirror.example.org/x.deb  Could not resolve 'x'", /mirror did not/],
    ["W: Could not resolve 'mirror.example.org'", /mirror.example.org.*check the network/],
    ['E: Unable to locate package sox', /do not offer sox.*\/etc\/apt/],
    ['E: You do not have enough free space in /var', /disk is full/],
    ['E: dpkg was interrupted', /dpkg was interrupted.*install -f/],
  ])('apt-get saying %s', (output, sentence) => {
    const { message } = aptFailure(output, ['sox']);
    expect(message).toMatch(sentence);
    expect(message).not.toContain('\n');
  });

  test.each([
    [
      'npm error code ENOTFOUND\nnpm error errno ENOTFOUND',
      /did not answer \(http:\/\/r.example\)/,
    ],
    ['npm error code E401\nnpm error Unable to authenticate', /npm login/],
    ['npm error code ENOSPC', /disk is full/],
    ['npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install', /can only install/],
  ])('npm saying %s', (output, sentence) => {
    const { message } = npmFailure(output, 'http://r.example');
    expect(message).toMatch(sentence);
    expect(message).not.toContain('\n');
  });
});

test('programs that are missing are named, and no others', () => {
  const find = (name: string): string | undefined => (name === 'nft' ? '/usr/sbin/nft' : undefined);
  expect(missingPrograms(['nft', 'sox'], find)).toEqual(['sox']);
});

test('elapsed time is for people', () => {
  expect([elapsed(1234), elapsed(125_000)]).toEqual(['1.2 s', '2 min 5 s']);
});

test('no registry and no mirror is named in the set-up', () => {
  const names = ['debian-mirror', 'asterisk-root', 'npm-packages', 'debian-packages', 'ready'];
  for (const name of names) {
    const text = readFileSync(new URL(`../../lab/setup/${name}.mjs`, import.meta.url), 'utf8');
    expect(text.match(/https?:\/\/[a-z0-9.-]+/g) ?? [], name).toEqual([]);
  }
});
