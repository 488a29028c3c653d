import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { usualSettings } from '../../src/domain/user.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { migrations, newFolder } from './workshop.ts';
import { testSeal } from '../fixtures/record-seal.ts';

let folder: string;
let path: string;

/** A folder of migrations of which the first is the real one. */
beforeEach(() => {
  const root = newFolder();
  folder = join(root, 'db');
  path = join(root, 'dialgate.db');
  mkdirSync(folder);
  copyFileSync(join(migrations, '0001_init.sql'), join(folder, '0001_init.sql'));
});

const add = (name: string, sql: string): void => writeFileSync(join(folder, name), sql);
const openAndClose = (): void => void openDatabase(path, { migrations: folder }).close();
const history = (): unknown[] => {
  const database = new Sqlite(path, { readonly: true });
  try {
    return database.prepare('SELECT name FROM migrations ORDER BY number').pluck().all();
  } finally {
    database.close();
  }
};

describe('migrations', () => {
  it('are applied once each, in order, and recorded with the time', () => {
    add('0002_notes.sql', 'CREATE TABLE notes (a TEXT) STRICT;');
    add('0003_note.sql', "INSERT INTO notes VALUES ('once');");
    openDatabase(path, { migrations: folder, now: () => 4711 }).close();
    const again = openDatabase(path, { migrations: folder });
    expect(again.prepare('SELECT a FROM notes').pluck().all()).toEqual(['once']);
    expect(again.prepare('SELECT DISTINCT at FROM migrations').pluck().all()).toEqual([4711]);
    again.close();
    expect(history()).toEqual(['0001_init.sql', '0002_notes.sql', '0003_note.sql']);
  });

  it('upgrade an older database and keep what is in it', () => {
    const old = openDatabase(path, { migrations: folder });
    old.exec("INSERT INTO audit (at, actor, kind) VALUES (1, 'system', 'server-started')");
    old.close();
    add('0002_more.sql', 'ALTER TABLE users ADD COLUMN more TEXT;');
    const upgraded = openDatabase(path, { migrations: folder });
    expect(upgraded.prepare('SELECT count(*) FROM audit').pluck().get()).toBe(1);
    expect(upgraded.prepare('SELECT more FROM users').all()).toEqual([]);
    upgraded.close();
  });

  it('keep the tokens of earlier releases, their numbers and their revocations', async () => {
    const old = openDatabase(path, { migrations: folder });
    old.exec(`
      INSERT INTO tokens (name, role, hash, created_at, revoked_at)
      VALUES ('ops', 'admin', 'h1', 5, NULL), ('gone', 'auditor', 'h2', 6, 7)`);
    old.close();
    const stores = createStores(openDatabase(path, { migrations }), testSeal);
    const token = { expiresAt: null, revokedAt: null };
    expect(await stores.tokens.list()).toEqual([
      { id: 2, name: 'gone', role: 'auditor', createdAt: 6, expiresAt: null, revokedAt: 7 },
      { ...token, id: 1, name: 'ops', role: 'admin', createdAt: 5 },
    ]);
    const entry = { at: 1, actor: 'system', kind: 'token-created' } as const;
    const made = { name: 'desk', role: 'operator', createdAt: 8, expiresAt: 9 } as const;
    expect(await stores.tokens.add(made, 'h3', entry)).toEqual({ ...made, id: 3, revokedAt: null });
    stores.close();
  });

  it('give the users and calls of the first release their usual settings', async () => {
    const old = openDatabase(path, { migrations: folder });
    old.exec(`
      INSERT INTO users (name, services, knock_code_lookup, pin_hash, created_at)
        VALUES ('mira', '["web"]', 'lookup', 'hash', 500);
      INSERT INTO calls (caller_number, dialled, began_at) VALUES ('555-0101', '100', 600);
      INSERT INTO lockouts VALUES ('user:1', 3, 700)`);
    old.close();
    const stores = createStores(openDatabase(path, { migrations }), testSeal);
    expect(await stores.users.byKnockCode('lookup')).toEqual({
      user: {
        ...usualSettings,
        id: 1,
        name: 'mira',
        services: ['web'],
        secondFactor: 'none',
        codesLeft: 0,
        revision: 0,
        createdAt: 500,
      },
      secrets: { knockCodeLookup: 'lookup', pinHash: 'hash', totp: null },
    });
    expect(await stores.calls.unended()).toMatchObject([
      { id: 1, callerNumber: '555-0101', attestation: null, callBackOf: null },
    ]);
    expect(await stores.lockouts.list()).toHaveLength(1);
    stores.close();
  });

  it('leave no half of themselves behind when one fails', () => {
    add('0002_good.sql', 'CREATE TABLE good (a TEXT) STRICT;');
    add('0003_bad.sql', 'CREATE TABLE half (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);');
    expect(openAndClose).toThrow(expect.objectContaining({ code: 'store-failed' }) as Error);
    expect(history()).toEqual(['0001_init.sql', '0002_good.sql']);
    add('0003_bad.sql', 'CREATE TABLE half (a TEXT) STRICT;');
    openAndClose();
    expect(history()).toEqual(['0001_init.sql', '0002_good.sql', '0003_bad.sql']);
  });

  it.each([
    [
      'a newer database',
      () => {
        add('0002_new.sql', 'CREATE TABLE new (a TEXT) STRICT;');
        openAndClose();
        rmSync(join(folder, '0002_new.sql'));
      },
      /newer dialgate.*0002_new\.sql.*Install that version/,
    ],
    [
      'a migration that was changed',
      () => {
        openAndClose();
        add('0001_init.sql', 'CREATE TABLE users (id INTEGER) STRICT;');
      },
      /another version of the migration 0001_init\.sql.*applied migrations never change/,
    ],
    ['a gap in the numbers', () => add('0003_gap.sql', ''), /0003_gap\.sql is out of order/],
    ['a number used twice', () => add('0001_twice.sql', ''), /0001_twice\.sql is out of order/],
    ['a name without number', () => add('notes.sql', ''), /notes\.sql is out of order/],
    [
      'no folder at all',
      () => rmSync(folder, { recursive: true }),
      /migrations folder .* cannot be read; install dialgate again/,
    ],
  ])('refuse %s', (_, arrange, message) => {
    arrange();
    expect(openAndClose).toThrow(message);
    expect(openAndClose).toThrow(expect.objectContaining({ code: 'store-failed' }) as Error);
  });
});
