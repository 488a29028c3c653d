import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/bin/config.ts';
import { digestOf } from '../../src/bin/digest.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-digest-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function digest(more: string): string {
  const file = join(folder, 'dialgate.yaml');
  writeFileSync(
    file,
    `database: ${folder}/dialgate.db
key_file: ${folder}/secret.key
firewall: { kind: dry-run, services: [web] }
${more}
`,
  );
  return digestOf(readConfig(file));
}
const access = (allow: string, openFor = '4h'): string =>
  `access: { services: [web], open_for: ${openFor}, also_allow: [${allow}] }`;

it('is the same for the same configuration, however it is written, and short', () => {
  const one = digest(access('10.0.0.0/8, "2001:db8::/32"'));
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(digest(`# a comment\n${access('10.0.0.0/8,    "2001:db8::/32"')}`)).toBe(one);
});

it('is another one after any change, in networks too', () => {
  const digests = [
    access('10.0.0.0/8'),
    access('10.0.0.0/9'),
    access('11.0.0.0/8'),
    access('"2001:db8::/32"'),
    access('"2001:db8::/33"'),
    access('10.0.0.0/8', '5h'),
  ].map(digest);
  expect(new Set(digests).size).toBe(digests.length);
});
