import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { createRecordSeal } from '../../src/access/audit/seal.ts';
import { createAuditChain } from '../../src/sqlite/audit-chain.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { rowOf } from './rows.ts';

export interface FillRequest {
  readonly path: string;
  readonly migrations: string;
  readonly rows: number;
  readonly key: Uint8Array;
}

/** Rows in one transaction. */
const batch = 65_536;

/**
 * Fills a new database, in a thread of its own: without triggers and indexes, which are
 * made when all rows are there, and with nothing waited for, as nobody needs it afterwards.
 */
function fill({ path, migrations, rows, key }: FillRequest): void {
  openDatabase(path, { migrations }).close();
  const database = new Sqlite(path);
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -400000');
  const later = database
    .prepare<[], { type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_schema
       WHERE tbl_name LIKE 'audit%' AND type IN ('index', 'trigger') AND sql IS NOT NULL`,
    )
    .all();
  for (const { type, name } of later) database.exec(`DROP ${type} ${name}`);
  const insert = database.prepare(
    `INSERT INTO audit (seq, at, actor, kind, user_id, grant_id, call_id, address, caller, detail, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const chain = createAuditChain(database, createRecordSeal(Buffer.from(key)));
  const write = database.transaction((from: number, to: number): void => {
    const some = Array.from({ length: to - from + 1 }, (_, n) => rowOf(from + n));
    const hashes = chain.extend(chain.last(), some);
    for (const [n, r] of some.entries()) {
      const { seq, at, actor, kind, userId, grantId, callId, address, caller, detail } = r;
      insert.run(
        ...[seq, at, actor, kind, userId, grantId, callId, address, caller, detail, hashes[n]],
      );
    }
  });
  for (let from = 1; from <= rows; from += batch) {
    write(from, Math.min(rows, from + batch - 1));
    parentPort?.postMessage(Math.min(rows, from + batch - 1));
  }
  for (const { sql } of later) database.exec(sql);
  database.pragma('journal_mode = WAL');
  database.pragma('optimize = 0x10002');
  database.close();
}

fill(workerData as FillRequest);
