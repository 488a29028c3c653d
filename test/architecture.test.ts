import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * The house's dependency rules (docs/architecture.md). Lint holds them as well;
 * this test also holds what a pattern cannot say, and names the offender.
 */
const root = resolve(import.meta.dirname, '..');
const adapters = [
  'asterisk',
  'speech',
  'sqlite',
  'firewall',
  'external-address',
  'names',
  'notify',
];

/** What each room may import from, besides itself and packages. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  access: ['domain'],
  ivr: ['domain', 'access'],
  asterisk: ['domain', 'ivr'],
  speech: ['domain', 'ivr'],
  sqlite: ['domain'],
  firewall: ['domain'],
  'external-address': ['domain'],
  names: ['domain'],
  notify: ['domain'],
  helper: ['firewall'],
  http: ['domain', 'access'],
  web: ['http', 'domain'],
  import: ['domain'],
  cli: ['domain', 'http', 'import'],
  doctor: ['domain', 'helper'],
  bin: ['domain', 'access', 'ivr', ...adapters, 'http', 'cli', 'doctor'],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !file.includes('node_modules'),
);
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(root, 'src', file), 'utf8');
  const found = text.matchAll(/(?:from|import|import\()\s*['"]([^'"\n]+)['"]/g);
  return [...found].map((match) => ({ file, target: match[1] ?? '' }));
});
const roomOf = (path: string): string => path.split('/')[0] ?? '';
const inside = imports
  .filter(({ target }) => target.startsWith('.'))
  .map(({ file, target }) => ({
    file,
    target: relative(join(root, 'src'), resolve(root, 'src', dirname(file), target)),
  }));
const packages = imports.filter(({ target }) => !target.startsWith('.'));

test('every folder of src is a room of the house', () => {
  expect(new Set(files.map(roomOf))).toEqual(new Set(Object.keys(mayImport)));
});

describe.each(Object.entries(mayImport))('%s', (room, allowed) => {
  test(`imports only ${allowed.join(', ') || 'itself'}`, () => {
    const offenders = inside
      .filter(({ file }) => roomOf(file) === room)
      .filter(({ target }) => roomOf(target) !== room && !allowed.includes(roomOf(target)))
      .map(({ file, target }) => `${file} → ${target}`);
    expect(offenders).toEqual([]);
  });
});

test('the helper and its wire protocol use Node alone', () => {
  const privileged = (file: string): boolean =>
    roomOf(file) === 'helper' || file.startsWith('firewall/wire');
  expect(
    packages
      .filter(({ file, target }) => privileged(file) && !target.startsWith('node:'))
      .map(({ file, target }) => `${file} → ${target}`),
  ).toEqual([]);
  expect(
    inside
      .filter(({ file, target }) => privileged(file) && !privileged(target))
      .map(({ file, target }) => `${file} → ${target}`),
  ).toEqual([]);
});

test('of the helper others know only what its configuration says', () => {
  const plain = /^helper\/(config\/|(ipset|nftset)\/set-names\.ts$)/;
  expect(
    inside
      .filter(({ file, target }) => roomOf(file) !== 'helper' && roomOf(target) === 'helper')
      .filter(({ target }) => !plain.test(target))
      .map(({ file, target }) => `${file} → ${target}`),
  ).toEqual([]);
});

test('the page knows the types of the answers and the words of the record, and nothing else of the server', () => {
  // of the domain only what is a list of words, and so small
  const answers = /^(http\/(answers\/[a-z-]+|entry-answers)|domain\/attempt)\.ts$/;
  const page = files.filter((file) => roomOf(file) === 'web');
  expect(
    inside
      .filter(({ file, target }) => roomOf(file) === 'web' && roomOf(target) !== 'web')
      .filter(({ target }) => !answers.test(target))
      .map(({ file, target }) => `${file} → ${target}`),
  ).toEqual([]);
  // a value of the server's would bring its code into the browser
  const values = page.filter((file) =>
    /^(?:import(?! type\b)|export)[^;]*from '[./]+\/http\//m.test(
      readFileSync(join(root, 'src', file), 'utf8'),
    ),
  );
  expect(values).toEqual([]);
});

test('what runs in the browser uses nothing of Node', () => {
  expect(
    packages
      .filter(({ file, target }) => roomOf(file) === 'web' && target.startsWith('node:'))
      .map(({ file }) => file),
  ).toEqual(['web/vite.config.ts']);
});

test('the helper opens no IP socket', () => {
  const nets = packages.filter(({ file }) => roomOf(file) === 'helper').map(({ target }) => target);
  expect(nets).not.toContain('node:http');
  expect(nets).not.toContain('node:https');
  expect(nets).not.toContain('node:dgram');
  expect(nets).not.toContain('node:tls');
});

test.each(['domain'])('%s knows no package and no platform', (room) => {
  expect(packages.filter(({ file }) => roomOf(file) === room)).toEqual([]);
});

test.each([
  ['preact', 'web'],
  ['ari-client', 'asterisk'],
  ['better-sqlite3', 'sqlite'],
  ['express', 'http'],
  ['commander', 'cli'],
  ['@msimerson/stun', 'external-address'],
  ['otpauth', 'access'],
  ['nodemailer', 'notify'],
  ['prom-client', 'http'],
  ['qrcode', 'cli', 'web'],
])('%s is known to %s alone', (name, ...rooms) => {
  const users = packages.filter(({ target }) => target === name).map(({ file }) => roomOf(file));
  expect(new Set(users)).toEqual(new Set(rooms));
});

test('modules are small', () => {
  const lengths = files.map((file) => ({
    file,
    lines: readFileSync(join(root, 'src', file), 'utf8').split('\n').length,
  }));
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
  const long = lengths.filter(({ lines }) => lines > 200);
  expect(long.length / lengths.length).toBeLessThan(0.1);
});
