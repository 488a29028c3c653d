import { AccessError } from '../domain/access-error.ts';

const mends: readonly [prefix: string, what: string][] = [
  ['SQLITE_FULL', 'The disk (or the quota) is full; nothing was changed. Free some space.'],
  [
    'SQLITE_BUSY',
    'Another process has held the database for too long; nothing was changed. Try again; if it stays, see who holds it with "fuser" on the file.',
  ],
  ['SQLITE_LOCKED', 'The database is locked; nothing was changed. Try again.'],
  [
    'SQLITE_READONLY',
    'The database cannot be written. Give the file, its -wal and -shm companions and their folder to the user that runs dialgate.',
  ],
  [
    'SQLITE_CANTOPEN',
    'The database cannot be opened. Check that its folder exists and belongs to the user that runs dialgate.',
  ],
  [
    'SQLITE_PERM',
    'The operating system forbids access to the database. Give the file to the user that runs dialgate.',
  ],
  [
    'SQLITE_IOERR',
    "Reading or writing the disk failed. Look at the kernel's log for the disk's fault.",
  ],
  [
    'SQLITE_CORRUPT',
    'The database is damaged. Stop dialgate, keep a copy of the file, and restore the last backup.',
  ],
  [
    'SQLITE_NOTADB',
    'The file is not an SQLite database. Check the configured path, or restore the last backup.',
  ],
];

const closed = 'The database has been closed: dialgate is stopping. Try again when it runs.';

/**
 * Turns whatever the store's work threw into an AccessError. The message never
 * repeats SQLite's own text, which may quote values; that stays in `cause`.
 */
export function accessErrorOf(cause: unknown): AccessError {
  if (cause instanceof AccessError) return cause;
  const code = codeOf(cause);
  const known = mends.find(([prefix]) => code.startsWith(prefix));
  if (known) return new AccessError('store-failed', known[1], { cause });
  switch (code) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
      return new AccessError('conflict', 'Such a row exists already.', { cause });
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return new AccessError('not-found', 'It refers to a user or a call that does not exist.', {
        cause,
      });
    case 'SQLITE_CONSTRAINT_CHECK':
    case 'SQLITE_CONSTRAINT_NOTNULL':
    case 'SQLITE_CONSTRAINT_DATATYPE':
      return new AccessError('invalid', 'The database refuses a value of this form.', { cause });
    default:
      break;
  }
  if (cause instanceof TypeError && cause.message.includes('connection is not open')) {
    return new AccessError('store-failed', closed, { cause });
  }
  return new AccessError('store-failed', 'The database refused the work; see the log for why.', {
    cause,
  });
}

/** SQLite's own word for the fault (`SQLITE_BUSY`), or an empty string. */
function codeOf(cause: unknown): string {
  const code: unknown = (cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
