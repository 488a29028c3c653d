import { constants } from 'node:fs';
import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AccessError } from '../domain/access-error.ts';

/** Names that begin so are unfinished work of ours. */
const unfinished = (file: string): string =>
  join(dirname(file), `.${basename(file)}.${process.pid}.part`);

/**
 * Has a file made beside its place, which it takes when it is whole and on the disk; until
 * then, and where the work fails, nothing is there. Mode 0600.
 */
export async function madeBeside<T>(
  file: string,
  work: (part: string) => Promise<T>,
  put: (part: string) => Promise<void>,
): Promise<T> {
  const part = unfinished(file);
  try {
    await rm(part, { force: true });
    await (await open(part, 'wx', 0o600)).close();
    const done = await work(part);
    await onDisk(part);
    await put(part);
    await onDisk(dirname(file));
    return done;
  } catch (cause) {
    throw failure(cause, file);
  } finally {
    for (const rest of ['', '-wal', '-shm', '-journal']) await rm(part + rest, { force: true });
  }
}

/** Takes its place; never over another file, unless that is wanted. */
export async function putInPlace(part: string, file: string, force: boolean): Promise<void> {
  if (force) return rename(part, file);
  await link(part, file);
  await rm(part);
}

/** Keeps what a file holds under another name too, so that the file itself can be replaced. */
export async function keepAs(file: string, other: string): Promise<void> {
  await link(file, other).catch(async (error: NodeJS.ErrnoException) => {
    // not every file system knows links
    if (error.code !== 'EPERM' && error.code !== 'ENOTSUP') throw error;
    await copyFile(file, other, constants.COPYFILE_EXCL);
    await onDisk(other);
  });
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function onDisk(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const words: Readonly<Record<string, string>> = {
  EEXIST: 'exists already: choose another name, or add --force',
  EACCES: 'cannot be written: run this as a user who may write to its folder',
  EPERM: 'cannot be written: run this as a user who may write to its folder',
  ENOENT: 'cannot be made: its folder does not exist',
  ENOSPC: 'does not fit: the disk is full',
  EROFS: 'cannot be written: the file system is read-only',
};

function failure(cause: unknown, file: string): unknown {
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  const known = cause instanceof AccessError ? undefined : words[code];
  if (known === undefined) return cause;
  return new AccessError(code === 'EEXIST' ? 'conflict' : 'invalid', `${file} ${known}.`, {
    cause,
  });
}
