import { lchown, lstat, open, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { knownCheckpoints } from '../access/audit/checkpoint-lines.ts';
import { checkEnd, type RecordEnd } from '../access/audit/end.ts';
import { createRecordSeal } from '../access/audit/seal.ts';
import { verifyRecord } from '../access/audit/verification.ts';
import type { RestoreRequest } from '../cli/doings.ts';
import { AccessError } from '../domain/access-error.ts';
import type { Actor } from '../domain/attempt.ts';
import type { RecordSeal, Verdict } from '../domain/audit.ts';
import { isActive } from '../domain/grant.ts';
import { checkCopy, copyDatabase, settleDatabase } from '../sqlite/backup.ts';
import { openDatabase } from '../sqlite/database.ts';
import { openRecord } from '../sqlite/record.ts';
import { createStores } from '../sqlite/stores.ts';
import { checkpointLines, markRestored } from './checkpoint-file.ts';
import type { Config } from './config.ts';
import { readKey } from './key-file.ts';
import { withRightsOf } from './owner.ts';
import { checkpointsOf } from './record.ts';
import { migrations } from './version.ts';
import { keepAs, madeBeside } from './whole-file.ts';
import { cliUser, isServed } from './with-rest.ts';

/**
 * Puts a backup in the place of the database. Until the very moment at which it takes its place
 * nothing is changed, and from then on it is there whole; what was there is kept beside it. Whoever
 * is interrupted runs it again.
 */
export async function restore(config: Config, request: RestoreRequest): Promise<readonly string[]> {
  const { database } = config;
  const by = `cli:${cliUser()}` as const;
  const seal = createRecordSeal(readKey(config.key_file));
  if (await isServed(config)) {
    throw new AccessError(
      'conflict',
      'A server runs on this database: stop it first ("systemctl stop dialgate").',
    );
  }
  const file = checkpointsOf(config);
  // of the thing itself: the server may have put a link there
  const owner = await lstat(existsSync(database) ? database : dirname(database));
  const known = await withRightsOf(owner, () => linesKnown(file, seal, request));
  const aside = `${database}.before-restore-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const { end, fault } = await madeBeside(
    database,
    async (part) => {
      await copyDatabase(request.file, part, (done) => request.progress('copied', done));
      await checkCopy(part, migrations);
      const checked = await checkRecord(part, seal, known.hashes, request);
      await lchown(part, owner.uid, owner.gid);
      return checked;
    },
    (part) => takePlace(part, database, aside),
  );
  const setAside = [...known.hashes.keys()].filter((seq) => seq > (end?.seq ?? Infinity)).length;
  // first: whatever becomes of the checkpoints, the next start opens nothing that was closed since
  const { through, closed } = await withRightsOf(owner, () =>
    putOnRecord(config, seal, { by, setAside, fault }),
  );
  if (end) {
    const line = { ...end, at: Date.now(), follows: known.lastSeal };
    await withRightsOf(owner, () => markRestored(file, line, seal));
  }
  return [
    ...(fault ? [faultWords(fault)] : []),
    `${database} is what ${request.file} was; its record goes as far as row ${through}${fault ? `, and does not fit at row ${fault.seq}` : ''}.`,
    ...(existsSync(aside) ? [`What was there is kept: ${aside}`] : []),
    ...(setAside > 0
      ? [
          `${setAside === 1 ? '1 checkpoint of later rows is' : `${setAside} checkpoints of later rows are`} set aside: ${file} says so in a sealed line.`,
        ]
      : []),
    ...(closed > 0
      ? [
          closed === 1
            ? '1 grant that was open then is closed.'
            : `${closed} grants that were open then are closed.`,
        ]
      : []),
    'Users, PINs, tokens and entries are as they were then: look whether somebody was disabled, revoked or changed since.',
  ];
}

type Known = Exclude<Awaited<ReturnType<typeof knownCheckpoints>>, { readonly ok: false }>;

async function linesKnown(file: string, seal: RecordSeal, request: RestoreRequest): Promise<Known> {
  const none: Known = { hashes: new Map(), restorations: [], unreadable: 0, lastSeal: '' };
  if (!existsSync(file)) return none;
  await checkUsable(file);
  const known = await knownCheckpoints(checkpointLines(file), seal);
  if (!('ok' in known)) return known;
  if (request.unverified) return none;
  throw new AccessError('internal', `${file}: ${known.detail} ${unverifiedWords}`);
}

/** A line is to be added to it in the end: that must not fail when all else is done. */
async function checkUsable(file: string): Promise<void> {
  try {
    const opened = await open(file, 'r+');
    const isFile = (await opened.stat()).isFile();
    await opened.close();
    if (isFile) return;
  } catch (cause) {
    throw new AccessError(
      'invalid',
      `${file} cannot be read and written with the rights of the owner of the database. Look what it is, and give it to them or move it away.`,
      { cause },
    );
  }
  throw new AccessError('invalid', `${file} is no file of checkpoints. Move it away.`);
}

const unverifiedWords = 'To restore all the same, add --unverified.';

type Unfit = Extract<Verdict, { readonly ok: false }>;

const faultWords = ({ seq, why, detail }: Unfit): string =>
  `Its record does not fit at row ${seq} (${why}): ${detail}`;

/** All of it, against the key in use and the checkpoints of that time. */
async function checkRecord(
  part: string,
  seal: RecordSeal,
  hashes: ReadonlyMap<number, string>,
  { unverified, progress }: RestoreRequest,
): Promise<{ readonly end: RecordEnd | null; readonly fault?: Unfit }> {
  const record = openRecord(part);
  try {
    const { source } = record;
    const last = (await source.lastBlock())?.lastSeq ?? 0;
    const verdict = await verifyRecord({
      source,
      seal,
      checkpoints: new Map([...hashes].filter(([seq]) => seq <= last)),
      progress: (_, seq, of) => progress('verified', seq / Math.max(1, of)),
    });
    if (verdict.ok) return { end: await checkEnd(source, seal) };
    if (!unverified) {
      throw new AccessError('internal', `${faultWords(verdict)} ${unverifiedWords}`);
    }
    return { end: await checkEnd(source, seal).catch(() => null), fault: verdict };
  } finally {
    record.close();
  }
}

/** Nothing of the old one may be beside the new one: SQLite would take its journal for the new one's. */
async function takePlace(part: string, database: string, aside: string): Promise<void> {
  if (existsSync(database)) {
    if (!(await settleDatabase(database)) && existsSync(`${database}-wal`)) {
      await rename(`${database}-wal`, `${aside}-wal`);
    }
    await rm(`${database}-shm`, { force: true });
    await keepAs(database, aside);
  }
  await rm(`${database}-wal`, { force: true });
  await rename(part, database);
}

interface Restored {
  readonly by: Actor;
  readonly setAside: number;
  readonly fault: Unfit | undefined;
}

/** Puts the restoration on record, and closes what was open then: who knows what was closed since. */
async function putOnRecord(
  config: Config,
  seal: RecordSeal,
  { by: actor, setAside, fault }: Restored,
): Promise<{ readonly through: number; readonly closed: number }> {
  const stores = createStores(openDatabase(config.database, migrations), seal);
  try {
    // of the rows themselves: of a record that does not fit, no end is known to be right
    const through = (await stores.audit.ends()).last ?? 0;
    const at = Date.now();
    const open = (await stores.grants.unended()).filter((grant) => isActive(grant, at));
    for (const { id, userId, address, callId } of open) {
      await stores.grants.end(id, at, 'closed', {
        at,
        actor,
        kind: 'gate-closed',
        userId,
        address,
        callId: callId ?? undefined,
        detail: { reason: 'restored' },
      });
    }
    const closed = open.length;
    const detail = { through, setAside, closed, ...(fault && { unfit: fault.seq }) };
    await stores.audit.append({ at, actor, kind: 'database-restored', detail });
    return { through, closed };
  } finally {
    stores.close();
  }
}
