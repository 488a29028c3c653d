import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { openDatabase, type Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';

/** The repository's own migrations. */
export const migrations = fileURLToPath(new URL('../../db', import.meta.url));

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that goes when the test ends. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-sqlite-'));
  folders.push(folder);
  return folder;
}

export function newPath(): string {
  return join(newFolder(), 'dialgate.db');
}

export function open(path = newPath()): Database {
  return openDatabase(path, { migrations });
}

export function openStores(path = newPath()): ReturnType<typeof createStores> {
  return createStores(open(path), testSeal);
}
