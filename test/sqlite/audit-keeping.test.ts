import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockSize } from '../../src/domain/audit.ts';
import { openDatabase, type Database } from '../../src/sqlite/database.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { fc } from '../property.ts';
import { copyOf, event, fill, tamper, verify } from './audit-workshop.ts';
import { migrations, newFolder, open } from './workshop.ts';

/** As the release before left it. */
function older(rows: number): string {
  const folder = newFolder();
  const before = join(folder, 'db');
  const path = join(folder, 'dialgate.db');
  mkdirSync(before);
  for (const name of ['0001_init', '0002_the_call_complete', '0003_standing_entries']) {
    copyFileSync(join(migrations, `${name}.sql`), join(before, `${name}.sql`));
  }
  const database = openDatabase(path, { migrations: before });
  const insert = database.prepare(
    'INSERT INTO audit (at, actor, kind, detail) VALUES (?, ?, ?, ?)',
  );
  for (let n = 1; n <= rows; n++) {
    insert.run(n * 10, `call:${n}`, 'attempt-refused', JSON.stringify({ caller: `+1555010${n}` }));
  }
  database.close();
  return path;
}

const digits = (detail: string | null): string | null =>
  /[0-9]{7,}/.exec(detail ?? '')?.[0] ?? null;

describe('rows of an older release', () => {
  it('are sealed a few at a time, while others are written', async () => {
    const database = open(older(25));
    const { audit, keeping } = createStores(database, testSeal);
    expect(await verify(database)).toMatchObject({ ok: false, seq: 1, why: 'unsealed' });
    expect(await keeping.sealOld(10, 5000, digits)).toBe(10);
    // behind rows without a hash there is nothing to chain to, and nothing is lost
    expect((await audit.append(event(26))).seq).toBe(26);
    expect(await verify(database)).toMatchObject({ ok: false, seq: 11, why: 'unsealed' });
    expect(await audit.page({ from: 255, limit: 5 })).toMatchObject({ rows: [{ seq: 26 }] });
    expect(await keeping.sealOld(10, 5000, digits)).toBe(10);
    expect(await keeping.extent()).toEqual({ first: 1, last: 26, unsealed: 6 });
    expect(await keeping.sealOld(10, 5000, digits)).toBe(6);
    expect(await keeping.sealOld(10, 5000, digits)).toBe(0);
    expect(await verify(database)).toMatchObject({
      ok: true,
      rows: 27,
      sealedLate: { through: 26, at: 5000 },
    });
    expect(await audit.list({ caller: '15550103', limit: 9 })).toMatchObject([{ seq: 3 }]);
    expect((await audit.append(event(28))).seq).toBe(28);
    expect(await verify(database)).toMatchObject({ ok: true, rows: 28 });
    database.close();
  });

  it('cannot come again: what is put in without a hash is refused', async () => {
    const path = older(3);
    const database = open(path);
    const { keeping } = createStores(database, testSeal);
    await keeping.sealOld(10, 5000, digits);
    expect(() =>
      database.exec("INSERT INTO audit (at, actor, kind) VALUES (1, 'system', 'gate-opened')"),
    ).toThrow('append-only');
    expect(() => database.exec('UPDATE audit SET hash = zeroblob(32)')).toThrow('append-only');
    database.close();
  });

  it('may not be altered by being sealed', () => {
    const database = open(older(3));
    expect(() =>
      database.exec("UPDATE audit SET hash = zeroblob(32), kind = 'gate-opened' WHERE seq = 1"),
    ).toThrow('append-only');
    database.close();
  });
});

/** More than two blocks, so that there is something that may go. */
const many = 2 * blockSize + 500;

async function long(): Promise<Database> {
  const database = open(':memory:');
  database.pragma('synchronous = OFF');
  await fill(database, many);
  return database;
}

describe('rows that are too old', async () => {
  const original = await long();

  it('go in pieces, each with a sealed summary, and the rest still fits', async () => {
    const database = copyOf(original);
    const { audit, keeping } = createStores(database, testSeal);
    const whole = await verify(database);
    // row n is of the time 1000 + 10 n
    const first = await keeping.removeBefore(1000 + 10 * 301, 200, 99);
    expect(first).toMatchObject({
      fromSeq: 1,
      throughSeq: 200,
      rows: 200,
      fromAt: 1010,
      toAt: 3000,
    });
    expect(JSON.parse(first?.kinds ?? '')).toEqual({ 'attempt-refused': 100, 'gate-opened': 100 });
    expect(await verify(database)).toMatchObject({ ok: true, firstSeq: 201, removed: 200 });
    const second = await keeping.removeBefore(1000 + 10 * 301, 200, 99);
    expect(second).toMatchObject({ fromSeq: 201, throughSeq: 300, rows: 100 });
    expect(await keeping.removeBefore(1000 + 10 * 301, 200, 99)).toBeUndefined();
    expect(await verify(database)).toMatchObject({
      ok: true,
      rows: many - 300,
      firstSeq: 301,
      lastHash: whole.ok ? whole.lastHash : '',
      removed: 300,
    });
    expect((await audit.append(event(many + 1))).seq).toBe(many + 1);
    expect(await audit.list({ kind: 'gate-opened', before: 306, limit: 5 })).toMatchObject([
      { seq: 304 },
      { seq: 302 },
    ]);
    expect(await verify(database)).toMatchObject({ ok: true });
    database.close();
  });

  it('never take the last block with them, however old', async () => {
    const database = copyOf(original);
    const { keeping } = createStores(database, testSeal);
    while (await keeping.removeBefore(Number.MAX_SAFE_INTEGER, 1000, 99));
    expect(await verify(database)).toMatchObject({
      ok: true,
      rows: 500,
      firstSeq: 2 * blockSize + 1,
      removed: 2 * blockSize,
    });
    expect(database.prepare('SELECT count(*) FROM audit_blocks').pluck().get()).toBe(1);
    database.close();
  });

  it('stay behind one that is young enough, as a clock that was set back may make them', async () => {
    const database = copyOf(original);
    tamper(database, () => database.exec('UPDATE audit SET at = 9999999 WHERE seq = 50'));
    const { keeping } = createStores(database, testSeal);
    expect(await keeping.removeBefore(9_000_000, 1000, 99)).toMatchObject({ throughSeq: 49 });
    expect(await keeping.removeBefore(9_000_000, 1000, 99)).toBeUndefined();
    database.close();
  });

  it('cannot be deleted in any other way', async () => {
    const database = copyOf(original);
    const { keeping } = createStores(database, testSeal);
    await keeping.removeBefore(1000 + 10 * 101, 1000, 99);
    for (const sql of [
      'DELETE FROM audit WHERE seq = 101',
      'DELETE FROM audit',
      'DELETE FROM audit_removals',
      'UPDATE audit_removals SET through_seq = 500',
      'DELETE FROM audit_blocks WHERE block = 0',
      // a gap between this removal and the last one, none at all, and more than the record has
      `INSERT INTO audit_removals SELECT 300, 200, rows, from_at, to_at, kinds, hash_after,
         (SELECT hash FROM audit WHERE seq = 300), at, seal FROM audit_removals`,
      `INSERT INTO audit_removals SELECT 300, 101, rows, from_at, to_at, kinds, hash_after,
         zeroblob(32), at, seal FROM audit_removals`,
      `INSERT INTO audit_removals SELECT ${many}, 101, rows, from_at, to_at, kinds, hash_after,
         (SELECT hash FROM audit WHERE seq = ${many}), at, seal FROM audit_removals`,
      `REPLACE INTO audit_removals SELECT * FROM audit_removals`,
    ]) {
      expect(() => database.exec(sql), sql).toThrow(/append-only|only the oldest/);
    }
    expect(await verify(database)).toMatchObject({ ok: true, removed: 100 });
    database.close();
  });

  it('are missed when somebody without the key writes a summary for them', async () => {
    const database = copyOf(original);
    const { keeping } = createStores(database, testSeal);
    await keeping.removeBefore(1000 + 10 * 101, 1000, 99);
    // all that the guards want, but for the seal
    database.exec(`INSERT INTO audit_removals SELECT 300, 101, 200, from_at, to_at, kinds, hash_after,
      (SELECT hash FROM audit WHERE seq = 300), at, zeroblob(32) FROM audit_removals`);
    database.exec('DELETE FROM audit WHERE seq BETWEEN 101 AND 300');
    expect(await verify(database)).toMatchObject({ ok: false, seq: 101, why: 'removal-altered' });
    database.close();
  });

  it('leave summaries in which any change is found', async () => {
    const summarised = copyOf(original);
    const { keeping } = createStores(summarised, testSeal);
    await keeping.removeBefore(1000 + 10 * 101, 50, 99);
    await keeping.removeBefore(1000 + 10 * 101, 50, 99);
    const change = fc.constantFrom(
      'rows = rows + 1',
      'from_at = from_at - 1',
      'to_at = to_at + 1',
      "kinds = json_set(kinds, '$.x', 1)",
      'hash_before = randomblob(32)',
      'hash_after = randomblob(32)',
      'at = at + 1',
      'seal = randomblob(32)',
    );
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom(50, 100), async (set, through) => {
        const copy = copyOf(summarised);
        tamper(copy, () =>
          copy.exec(`UPDATE audit_removals SET ${set} WHERE through_seq = ${through}`),
        );
        const verdict = await verify(copy);
        expect(verdict).toMatchObject({ ok: false, why: 'removal-altered', seq: through - 49 });
        copy.close();
      }),
      { numRuns: 16 },
    );
    for (const through of [50, 100]) {
      const copy = copyOf(summarised);
      tamper(copy, () => copy.exec(`DELETE FROM audit_removals WHERE through_seq = ${through}`));
      expect(await verify(copy)).toMatchObject({ ok: false });
      copy.close();
    }
    summarised.close();
  });

  it('are found when somebody puts some back', async () => {
    const copy = copyOf(original);
    const { keeping } = createStores(copy, testSeal);
    const row = copy.prepare('SELECT * FROM audit WHERE seq = 7').get();
    await keeping.removeBefore(1000 + 10 * 101, 100, 99);
    tamper(copy, () => {
      copy
        .prepare(
          `INSERT INTO audit (seq, at, actor, kind, user_id, grant_id, call_id, address, detail, caller, hash)
           VALUES (@seq, @at, @actor, @kind, @user_id, @grant_id, @call_id, @address, @detail, @caller, @hash)`,
        )
        .run(row);
    });
    expect(await verify(copy)).toMatchObject({ ok: false, seq: 7, why: 'inserted' });
    copy.close();
  });

  it('do not disturb who verifies meanwhile', async () => {
    const database = copyOf(original);
    const { audit, keeping } = createStores(database, testSeal);
    let pieces = 0;
    const verdict = await verify(database, {
      progress: () => {
        pieces++;
        // removed under its feet, before and behind the place where it is
        void keeping.removeBefore(Number.MAX_SAFE_INTEGER, 3000, 99);
        void audit.append(event(many + pieces));
      },
    });
    expect(verdict).toMatchObject({ ok: true });
    expect(pieces).toBeGreaterThan(2);
    database.close();
  });
});

describe('checkpoints', () => {
  it('show that the end was cut off, and that somebody with the key wrote the record anew', async () => {
    const database = open(':memory:');
    await fill(database, 40);
    const hash = async (seq: number): Promise<string> => {
      const [row] = await createStores(database, testSeal).keeping.source.rows(seq, 1);
      return Buffer.from(row?.hash ?? []).toString('hex');
    };
    const checkpoints = new Map([
      [10, await hash(10)],
      [40, await hash(40)],
    ]);
    expect(await verify(database, { checkpoints })).toMatchObject({ ok: true, checkpoints: 2 });

    const before = open(':memory:');
    await fill(before, 30);
    // a copy from before, or all that tells of the end taken away
    expect(await verify(before)).toMatchObject({ ok: true });
    expect(await verify(before, { checkpoints })).toMatchObject({
      ok: false,
      seq: 31,
      why: 'cut-off',
    });

    const anew = open(':memory:');
    await fill(anew, 5);
    await fill(anew, 40, 7);
    expect(await verify(anew)).toMatchObject({ ok: true });
    expect(await verify(anew, { checkpoints })).toMatchObject({
      ok: false,
      seq: 10,
      why: 'rewritten',
    });
    for (const one of [database, before, anew]) one.close();
  });
});
