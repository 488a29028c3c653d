import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createStores } from '../../src/sqlite/stores.ts';
import { entry, hotel, newUser } from '../contract/stores/bench.ts';
import { newFolder, newPath, open } from './workshop.ts';
import { testSeal } from '../fixtures/record-seal.ts';

function failure(work: () => unknown): { code?: string; message: string } {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

describe('the database', () => {
  it('is set up as promised', () => {
    const database = open();
    const setting = (name: string): unknown => database.pragma(name, { simple: true });
    expect(setting('journal_mode')).toBe('wal');
    expect(setting('foreign_keys')).toBe(1);
    expect(setting('synchronous')).toBe(1);
    expect(setting('busy_timeout')).toBe(2000);
    database.close();
  });

  it('has STRICT tables only', () => {
    const database = open();
    const loose = database
      .prepare("SELECT name FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'")
      .all();
    expect(loose).toEqual([]);
    database.close();
  });

  it('is for its owner alone, with its companions', () => {
    const path = newPath();
    const before = process.umask(0);
    const database = open(path);
    process.umask(before);
    database.exec("INSERT INTO lockouts VALUES ('user:1', 1, 1)");
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    }
    database.close();
  });

  it('keeps a mode that the administrator has chosen', () => {
    const path = newPath();
    open(path).close();
    chmodSync(path, 0o640);
    open(path).close();
    expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
  });

  it.each([
    [
      'is not a database',
      (path: string) => writeFileSync(path, 'Dear diary, today I was a text file.'.repeat(100)),
      /not an SQLite database.*restore the last backup/,
    ],
    [
      "is another program's",
      (path: string) => {
        const other = new Sqlite(path);
        other.exec('CREATE TABLE theirs (a)');
        other.close();
      },
      /belongs to another program/,
    ],
    ['is a folder', (path: string) => mkdirSync(path), /cannot be opened/],
    [
      'has lost its end',
      (path: string) => {
        open(path).close();
        truncateSync(path, 20_000);
      },
      /damaged.*restore the last backup/,
    ],
    [
      'is damaged inside',
      (path: string) => {
        open(path).close();
        const bytes = readFileSync(path);
        bytes.fill(0xff, 8192, 40_000);
        writeFileSync(path, bytes);
      },
      /damaged.*restore the last backup/,
    ],
  ])('is refused when the file %s, and the file stays as it was', (_, arrange, message) => {
    const path = newPath();
    arrange(path);
    const contents = (): Buffer | undefined =>
      statSync(path).isFile() ? readFileSync(path) : undefined;
    const before = contents();
    const error = failure(() => open(path));
    expect(error).toMatchObject({ name: 'AccessError', code: 'store-failed' });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(contents()).toEqual(before);
  });

  it('is looked through at each start while it is small, and a large one after an unclean end alone', () => {
    const path = newPath();
    const database = open(path);
    database.exec('CREATE TABLE big (b BLOB) STRICT');
    database.prepare('INSERT INTO big VALUES (zeroblob(?))').run(70 * 1024 * 1024);
    database.close();
    // in the middle of the large value: nothing but a look through all of it finds this
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4, 0xff), 0, 4, 4096 * 9000);
    closeSync(file);
    open(path).close();
    // what a process leaves that did not end well
    writeFileSync(`${path}-wal`, '');
    expect(failure(() => open(path)).message).toMatch(/damaged.*restore the last backup/);
  });

  it('names the mend when the folder is missing', () => {
    const path = join(newFolder(), 'nowhere', 'dialgate.db');
    expect(failure(() => open(path)).message).toMatch(/folder exists.*user that runs dialgate/);
  });

  it('names the mend when another process keeps it locked', { timeout: 20_000 }, () => {
    const path = newPath();
    const holder = open(path);
    const stores = createStores(open(path), testSeal);
    holder.exec('BEGIN EXCLUSIVE');
    return stores.audit
      .append(entry('server-started'))
      .then(
        () => expect.unreachable('it was locked'),
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'store-failed' });
          expect((error as Error).message).toMatch(/another process.*fuser/i);
        },
      )
      .finally(() => {
        stores.close();
        holder.close();
      });
  });

  it('names the mend when the disk is full, changes nothing, and goes on afterwards', async () => {
    const database = open();
    const stores = createStores(database, testSeal);
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages + 5}`);
    const detail = { text: 'x'.repeat(3000) };
    let written = 0;
    const fill = async (): Promise<void> => {
      for (; written < 100; written += 1) {
        await stores.audit.append(entry('gate-healed', { detail, address: hotel }));
      }
    };
    await expect(fill()).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringMatching(
        /disk .* is full; nothing was changed. Free some space/,
      ) as string,
    });
    expect(written).toBeGreaterThan(0);
    expect(await stores.audit.list({ limit: 100 })).toHaveLength(written);
    database.pragma(`max_page_count = ${pages + 500}`);
    expect((await stores.audit.append(entry('server-stopped'))).seq).toBe(written + 1);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    stores.close();
  });

  it('says so when it cannot be written', async () => {
    const database = open();
    const stores = createStores(database, testSeal);
    database.pragma('query_only = ON');
    await expect(stores.audit.append(entry('server-started'))).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringMatching(/cannot be written.*user that runs dialgate/) as string,
    });
    stores.close();
  });

  it('takes what must survive power failure to the disk, and only that', async () => {
    const database = open();
    const stores = createStores(database, testSeal);
    database.exec(`
      CREATE TEMP TABLE seen (kind TEXT, level INTEGER);
      CREATE TEMP TRIGGER watch AFTER INSERT ON main.audit BEGIN
        INSERT INTO seen SELECT NEW.kind, synchronous FROM pragma_synchronous;
      END`);
    const { id } = await stores.users.add(
      newUser('mira'),
      { knockCodeLookup: 'a', pinHash: 'b' },
      entry('user-created'),
    );
    const grant = {
      userId: id,
      address: hotel,
      services: ['web'],
      openedAt: 1,
      expiresAt: 2,
      callId: null,
    };
    const first = await stores.grants.add(grant, entry('gate-opened'));
    const second = await stores.grants.add(grant, entry('gate-opened'));
    await stores.grants.end(first.id, 2, 'expired', entry('gate-expired'));
    await stores.grants.end(second.id, 2, 'closed', entry('gate-closed'));
    await stores.grants.end(second.id, 2, 'closed', entry('gate-closed')).catch(() => undefined);
    const durable = [
      () => stores.users.change(id, { disabled: true }, entry('user-disabled')),
      () => stores.users.setKnockCode(id, 'c', entry('knock-code-reset')),
      () =>
        stores.users.setSecondFactor(id, { kind: 'totp', sealed: 'x' }, entry('second-factor-set')),
      // a code that was used must not be good again after the power was away
      () => stores.users.useTotpStep(id, 5, entry('code-used')),
    ];
    for (const change of durable) await change();
    await stores.audit.append(entry('server-stopped'));
    expect(database.prepare('SELECT kind, level FROM seen').raw().all()).toEqual([
      ['user-created', 1],
      ['gate-opened', 1],
      ['gate-opened', 1],
      ['gate-expired', 1],
      ['gate-closed', 2],
      ['user-disabled', 2],
      ['knock-code-reset', 2],
      ['second-factor-set', 2],
      ['code-used', 2],
      ['server-stopped', 1],
    ]);
    stores.close();
  });
});
