import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

test('all types fit: product, lab, benches and tests', () => {
  const root = resolve(import.meta.dirname, '..');
  const check = (): string =>
    execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.json'], { cwd: root, encoding: 'utf8' });
  expect(check).not.toThrow();
});
