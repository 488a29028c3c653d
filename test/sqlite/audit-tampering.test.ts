import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordSeal } from '../../src/access/audit/seal.ts';
import type { Database } from '../../src/sqlite/database.ts';
import { fc } from '../property.ts';
import { open } from './workshop.ts';
import { copyOf, fill, tamper, verify } from './audit-workshop.ts';

const rows = 60;
let original: Database;

beforeAll(async () => {
  original = open(':memory:');
  await fill(original, rows);
});
afterAll(() => original.close());

const seqs = fc.integer({ min: 1, max: rows });
const columns = {
  at: fc.integer({ min: 0, max: 2 ** 41 }),
  actor: fc.string({ minLength: 1 }),
  kind: fc.string({ minLength: 1 }),
  user_id: fc.option(fc.nat()),
  grant_id: fc.option(fc.nat()),
  call_id: fc.option(fc.nat()),
  address: fc.option(fc.string()),
  caller: fc.option(fc.string({ minLength: 1 })),
  detail: fc.option(fc.dictionary(fc.string(), fc.string()).map((o) => JSON.stringify(o))),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
} as const;
const change = fc.oneof(
  ...Object.entries(columns).map(([column, value]) =>
    fc.record({ column: fc.constant(column), value: value as fc.Arbitrary<unknown> }),
  ),
);

async function spoilt(
  work: (database: Database) => void,
  options: Parameters<typeof verify>[1] = {},
): ReturnType<typeof verify> {
  const copy = copyOf(original);
  try {
    tamper(copy, work);
    return await verify(copy, options);
  } finally {
    copy.close();
  }
}

const runs = { numRuns: 100 };

describe('a record that somebody has tampered with', { timeout: 60_000 }, () => {
  it('fits as long as nobody has', async () => {
    expect(await spoilt(() => undefined)).toEqual({
      ok: true,
      rows,
      firstSeq: 1,
      lastSeq: rows,
      lastHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      removed: 0,
      sealedLate: null,
      checkpoints: 0,
    });
  });

  it('is found out by any change of any column of any row', async () => {
    await fc.assert(
      fc.asyncProperty(seqs, change, async (seq, { column, value }) => {
        const before = original
          .prepare(`SELECT ${column} FROM audit WHERE seq = ?`)
          .pluck()
          .get(seq);
        fc.pre(
          Buffer.isBuffer(value)
            ? !value.equals(before as Buffer)
            : value !== before && !isLone(value),
        );
        const verdict = await spoilt((copy) => {
          copy.prepare(`UPDATE audit SET ${column} = ? WHERE seq = ?`).run(value, seq);
        });
        expect(verdict).toMatchObject({ ok: false, seq, why: 'altered', rows: seq - 1 });
      }),
      runs,
    );
  });

  it('is found out by any removal, in the middle and at the end', async () => {
    await fc.assert(
      fc.asyncProperty(seqs, fc.integer({ min: 1, max: rows }), async (from, count) => {
        const verdict = await spoilt((copy) => {
          copy.prepare('DELETE FROM audit WHERE seq BETWEEN ? AND ?').run(from, from + count - 1);
        });
        const why = from + count > rows ? 'cut-off' : 'removed';
        expect(verdict).toMatchObject({ ok: false, seq: from, why, rows: from - 1 });
      }),
      runs,
    );
  });

  it('is found out by a removal after which the others were numbered anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: rows - 10 }),
        fc.integer({ min: 1, max: 5 }),
        async (from, count) => {
          const verdict = await spoilt((copy) => {
            copy.prepare('DELETE FROM audit WHERE seq BETWEEN ? AND ?').run(from, from + count - 1);
            for (let seq = from + count; seq <= rows; seq++) {
              copy.prepare('UPDATE audit SET seq = ? WHERE seq = ?').run(seq - count, seq);
            }
          });
          expect(verdict).toMatchObject({ ok: false, seq: from, why: 'removed' });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is found out by any two rows that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(seqs, seqs, async (a, b) => {
        fc.pre(a !== b);
        const verdict = await spoilt((copy) => {
          const move = copy.prepare('UPDATE audit SET seq = ? WHERE seq = ?');
          move.run(1000, a);
          move.run(a, b);
          move.run(b, 1000);
        });
        expect(verdict).toMatchObject({ ok: false, seq: Math.min(a, b), why: 'reordered' });
      }),
      { numRuns: 60 },
    );
  });

  it('is found out by a row that was put in, wherever', async () => {
    const insert = `INSERT INTO audit (seq, at, actor, kind, hash)
      VALUES (?, 1, 'system', 'gate-opened', randomblob(32))`;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: rows + 1 }), async (at) => {
        const verdict = await spoilt((copy) => {
          for (let seq = rows; seq >= at; seq--) {
            copy.prepare('UPDATE audit SET seq = ? WHERE seq = ?').run(seq + 1, seq);
          }
          copy.prepare(insert).run(at);
        });
        expect(verdict).toMatchObject({ ok: false, seq: at });
        // put right before the end, it could as well be the last one altered, with another behind it
        if (at < rows) expect(verdict).toMatchObject({ why: 'inserted' });
      }),
      { numRuns: 61 },
    );
  });

  it('is found out by a row behind which the server went on', async () => {
    const copy = copyOf(original);
    tamper(copy, () => {
      copy.exec(`INSERT INTO audit (seq, at, actor, kind, hash)
        VALUES (${rows + 1}, 1, 'system', 'gate-opened', randomblob(32))`);
    });
    await fill(copy, 3, 500);
    expect(await verify(copy)).toMatchObject({ ok: false, seq: rows + 1, why: 'inserted' });
    copy.close();
  });

  it.each([['a key that is another', createRecordSeal(Buffer.alloc(32, 'another key'))]])(
    'is told from %s',
    async (_, seal) => {
      expect(await spoilt(() => undefined, { seal })).toMatchObject({
        ok: false,
        seq: 1,
        why: 'wrong-key',
      });
    },
  );

  it('is found out by rows that lost their hash', async () => {
    expect(await spoilt((copy) => copy.exec('UPDATE audit SET hash = NULL'))).toMatchObject({
      seq: 1,
      why: 'unsealed',
    });
  });

  it.each([
    'UPDATE audit_blocks SET from_at = from_at - 1',
    'UPDATE audit_blocks SET to_at = to_at + 1',
    'UPDATE audit_blocks SET seal = zeroblob(32)',
    'UPDATE audit_blocks SET hash = zeroblob(32)',
    'DELETE FROM audit_blocks',
  ])('is found out by another table of blocks: %s', async (sql) => {
    expect(await spoilt((copy) => copy.exec(sql))).toMatchObject({
      ok: false,
      why: 'index-altered',
    });
  });

  it('is found out by guards that are gone', async () => {
    const copy = copyOf(original);
    copy.exec('DROP TRIGGER audit_no_update');
    expect(await verify(copy)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('audit_no_update') as string,
    });
    copy.close();
  });
});

/** Half a character, which SQLite would keep as another one. */
function isLone(value: unknown): boolean {
  return typeof value === 'string' && Buffer.from(value).toString() !== value;
}
