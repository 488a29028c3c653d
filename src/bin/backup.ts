import { readFile, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkEnd } from '../access/audit/end.ts';
import { createRecordSeal } from '../access/audit/seal.ts';
import type { BackupDoings, BackupRequest } from '../cli/doings.ts';
import { AccessError } from '../domain/access-error.ts';
import { checkCopy, copyDatabase } from '../sqlite/backup.ts';
import { openRecord } from '../sqlite/record.ts';
import { readConfig, type Config } from './config.ts';
import { readKey, writeNewFile } from './key-file.ts';
import { checkpointsOf } from './record.ts';
import { restore } from './restore.ts';
import { migrations } from './version.ts';
import { exists, madeBeside, putInPlace } from './whole-file.ts';

/** The database as it lies on the disk, beside a server that runs or without one. */
export function openBackups(file: string): BackupDoings {
  const config = readConfig(file);
  return {
    backup: (request) => backup(config, request),
    restore: (request) => restore(config, request),
  };
}

async function backup(
  config: Config,
  { file, force, withKey, progress }: BackupRequest,
): Promise<readonly string[]> {
  const seal = createRecordSeal(readKey(config.key_file));
  const keyCopy = `${file}.key`;
  // before all the work
  for (const one of [file, ...(withKey ? [keyCopy] : [])]) {
    await refuseInUse(one, config);
    if (!force && (await exists(one))) {
      throw new AccessError(
        'conflict',
        `${one} exists already: choose another name, or add --force.`,
      );
    }
  }
  const end = await madeBeside(
    file,
    async (part) => {
      await copyDatabase(config.database, part, progress);
      await checkCopy(part, migrations);
      const record = openRecord(part);
      try {
        return await checkEnd(record.source, seal);
      } finally {
        record.close();
      }
    },
    (part) => putInPlace(part, file, force),
  );
  if (withKey) await copyKey(config.key_file, keyCopy);
  const { size } = await stat(file);
  const megabytes = (size / 1e6).toFixed(1);
  return [
    end
      ? `${file}: ${megabytes} MB, whole; its record goes as far as row ${end.seq} and ends as it should.`
      : `${file}: ${megabytes} MB, whole; no row of its record is sealed yet.`,
    withKey
      ? `${keyCopy}: the key. Who has both can try PINs: keep them apart, or where nobody else reads.`
      : `Without the key file (${config.key_file}) it is worth little: keep a copy of that, too, in another place.`,
  ];
}

/** What is taken the place of must be none of what the server uses, however it is named. */
async function refuseInUse(file: string, config: Config): Promise<void> {
  const { database, key_file: key } = config;
  const used = [database, `${database}-wal`, `${database}-shm`, key, checkpointsOf(config)];
  const there = await identity(file);
  for (const one of used) {
    const same = there !== undefined && there === (await identity(one));
    if (!same && resolve(file) !== resolve(one)) continue;
    throw new AccessError('invalid', `${file} is in use itself (${one}): choose another name.`);
  }
}

async function identity(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

async function copyKey(from: string, to: string): Promise<void> {
  const text = await readFile(from, 'utf8');
  await rm(to, { force: true });
  if (!writeNewFile(to, text, 0o600)) {
    throw new AccessError('conflict', `${to} exists already: somebody else made it just now.`);
  }
}
