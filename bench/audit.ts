import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../lab/package-root.ts';
import { createRecordSeal } from '../src/access/audit/seal.ts';
import { verifyRecord } from '../src/access/audit/verification.ts';
import type { AuditEntry } from '../src/domain/attempt.ts';
import type { AuditSpan } from '../src/domain/audit.ts';
import { openDatabase } from '../src/sqlite/database.ts';
import { createStores } from '../src/sqlite/stores.ts';
import type { FillRequest } from './audit/fill.ts';
import { start, step } from './audit/rows.ts';
import type { Result } from './result.ts';
import { heading, row, spreadOf, type Spread } from './statistics.ts';
import { wordAfter } from './words.ts';

const usualRows = 10_000_000;
const pageRows = 100;
/** Pages of each filter: from the newest, the middle, and near the end. */
const pages = 30;
const appends = 3000;

type House = ReturnType<typeof createStores>;

/** What the record costs when it is long. Words: `--rows 10000000`, `--verify no`, `--folder /tmp`. */
export async function audit(words: readonly string[]): Promise<Result> {
  const rows = Number(wordAfter(words, '--rows') ?? usualRows);
  const folder = mkdtempSync(join(wordAfter(words, '--folder') ?? tmpdir(), 'dialgate-audit-'));
  const migrations = join(packageRoot, 'db');
  const path = join(folder, 'dialgate.db');
  const key = randomBytes(32);
  try {
    const began = performance.now();
    await fill({ path, migrations, rows, key });
    const filled = (performance.now() - began) / 1000;
    const bytes = statSync(path).size;
    const seal = createRecordSeal(key);
    const stores = createStores(openDatabase(path, { migrations }), seal);
    const short = createStores(openDatabase(':memory:', { migrations }), seal);
    process.stdout.write(
      `${rows} rows, ${(bytes / rows).toFixed(0)} bytes each, made in ${filled.toFixed(0)} s\n\n${heading}\n`,
    );
    const found: Record<string, Spread & { readonly rows: number }> = {};
    for (const [name, filter] of Object.entries(filters(rows))) {
      found[name] = await pagesOf(stores, filter, rows);
      process.stdout.write(`${row(name, found[name])}\n`);
    }
    const write = { long: await append(stores), short: await append(short) };
    process.stdout.write(`${row('one row more', write.long)}\n`);
    process.stdout.write(`${row('the same to an empty record in memory', write.short)}\n`);
    const remove = await removeSome(stores, rows);
    process.stdout.write(`${row('1,000 rows removed', remove)}\n`);
    const verified = wordAfter(words, '--verify') === 'no' ? undefined : await verify(stores, seal);
    if (verified) process.stdout.write(`\nverified: ${verified.perSecond} rows a second\n`);
    short.close();
    stores.close();
    return {
      figures: { rows, bytesPerRow: bytes / rows, filled, pages: found, write, remove, verified },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bench's own file is compiled, so its neighbour is, too. */
function fill(request: FillRequest): Promise<void> {
  const worker = new Worker(new URL('audit/fill.js', import.meta.url), { workerData: request });
  return new Promise((resolve, reject) => {
    let told = 0;
    worker.on('message', (done: number) => {
      if (done - told < request.rows / 10) return;
      told = done;
      process.stdout.write(`${done} rows\n`);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the rows could not be made (${code})`));
    });
  });
}

function filters(rows: number): Readonly<Record<string, AuditSpan>> {
  const time = (share: number): number => start + Math.floor(rows * share) * step;
  const day = { from: time(0.5), to: time(0.5) + 86_400_000 };
  const half = { from: time(0.25), to: time(0.75) };
  return {
    'no filter': {},
    'time: a day': day,
    'time: half of all': half,
    'kind, often': { kind: 'call-began' },
    'kind, seldom': { kind: 'entry-added' },
    'kind, never': { kind: 'name-failing' },
    'user, often': { userId: 1 },
    'user, seldom': { userId: 490 },
    'address, often': { address: '100.64.1.7' },
    'caller, often': { caller: '144411' },
    'caller, once': { caller: '1555777777' },
    'by a token': { actor: 'token:ops' },
    'by a call': { actor: `call:${Math.floor(rows / 10)}` },
    call: { callId: Math.floor(rows / 10) },
    'kind and time': { kind: 'attempt-refused', ...half },
    'user and time': { userId: 1, ...half },
    'user and kind': { userId: 1, kind: 'gate-opened' },
    'user and kind, seldom together': { userId: 1, kind: 'user-changed' },
    'user and kind, never together': { userId: 1, kind: 'attempt-refused' },
    'kind and token': { kind: 'user-changed', actor: 'cli:root' },
    'address and user': { address: '100.64.1.7', userId: 251 },
    'caller and kind': { caller: '144411', kind: 'gate-opened' },
    'all together': {
      userId: 1,
      kind: 'gate-opened',
      caller: '144411',
      address: '100.64.1.7',
      ...half,
    },
  };
}

/** Time of each page: ten from the newest on, ten from the middle, ten near the end. */
async function pagesOf(
  stores: House,
  filter: AuditSpan,
  rows: number,
): Promise<Spread & { readonly rows: number }> {
  const times: number[] = [];
  let seen = 0;
  for (const from of [rows + 1, Math.floor(rows / 2), Math.floor(rows / 50)]) {
    let before: number | undefined = from;
    for (let n = 0; n < pages / 3 && before !== undefined; n++) {
      const began = performance.now();
      const page = await stores.audit.page({ ...filter, before, limit: pageRows });
      times.push(performance.now() - began);
      seen += page.rows.length;
      before = page.next ?? undefined;
    }
  }
  return { ...spreadOf(times), rows: seen };
}

async function append(stores: House): Promise<Spread> {
  const times: number[] = [];
  for (let n = 0; n < appends; n++) {
    const entry: AuditEntry = {
      at: Date.now(),
      actor: `call:${n}`,
      kind: 'attempt-refused',
      callId: n,
      caller: `1555${n}`,
      userId: 1 + (n % 100),
      detail: { reason: 'wrong-pin', caller: `+1555${n}` },
    };
    const began = performance.now();
    await stores.audit.append(entry);
    times.push(performance.now() - began);
  }
  return spreadOf(times);
}

async function removeSome(stores: House, rows: number): Promise<Spread> {
  const times: number[] = [];
  for (let n = 0; n < 20 && n < rows / 20_000; n++) {
    const began = performance.now();
    await stores.keeping.removeBefore(start + (rows / 2) * step, 1000, Date.now());
    times.push(performance.now() - began);
  }
  return spreadOf(times.length > 0 ? times : [0]);
}

async function verify(
  stores: House,
  seal: ReturnType<typeof createRecordSeal>,
): Promise<{ readonly seconds: number; readonly perSecond: number }> {
  const began = performance.now();
  const verdict = await verifyRecord({ source: stores.keeping.source, seal });
  if (!verdict.ok) throw new Error(`row ${verdict.seq}: ${verdict.detail}`);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, perSecond: Math.round(verdict.rows / seconds) };
}
