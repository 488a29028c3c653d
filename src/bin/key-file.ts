import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { keyLength } from '../access/secrets.ts';
import { AccessError } from '../domain/access-error.ts';

/**
 * Reads the key that is mixed into every secret.
 * @throws AccessError `invalid` when it is missing, too short, or open to others.
 */
export function readKey(file: string): Buffer {
  const key = readSecretFile(file, 'The key file');
  const bytes = Buffer.from(key, 'hex');
  if (bytes.length < keyLength) {
    throw new AccessError(
      'invalid',
      `The key file ${file} is damaged: it must hold ${keyLength * 2} hexadecimal digits. Restore it ` +
        'from a backup; with a new key every knock code and PIN must be made anew.',
    );
  }
  return bytes;
}

/** Reads a file that only its owner and group may read; trailing white space is dropped. */
export function readSecretFile(
  file: string,
  what: string,
  make = 'Make it with "dialgate init".',
): string {
  try {
    if (statSync(file).mode & 0o007) {
      throw new AccessError(
        'invalid',
        `${what} ${file} is open to everybody. Run: chmod o= ${file}`,
      );
    }
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof AccessError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const mend = missing ? make : 'Run as the user that owns it, or as root.';
    throw new AccessError(
      'invalid',
      `${what} ${file} ${missing ? 'is missing' : 'cannot be read'}. ${mend}`,
      {
        cause,
      },
    );
  }
}

export function newKey(): string {
  return randomBytes(keyLength).toString('hex');
}

/** Writes a new file, never over an old one. Returns false when there is one already. */
export function writeNewFile(file: string, text: string, mode: number): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', mode);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new AccessError('invalid', `${file} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
  try {
    fchmodSync(descriptor, mode); // whatever the umask is
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
  return true;
}
