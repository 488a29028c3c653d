import type { Database } from 'better-sqlite3';
import { AccessError } from '../domain/access-error.ts';
import type { AuditEntry } from '../domain/attempt.ts';
import type { PhoneNumber } from '../domain/phone-number.ts';
import type { UserStore } from '../domain/ports.ts';
import type { User, UserSettings } from '../domain/user.ts';
import type { AuditWriter } from './audit-writer.ts';
import { instant, listText, nameBounds } from './columns.ts';
import { createSecondFactorRows } from './second-factors.ts';
import type { Transactions } from './transactions.ts';
import { secretsOf, selectUsers, userOf, type UserRow } from './user-rows.ts';

/** Whoever was recognised by the old secrets need not be the one who gets the new ones. */
const telephonesForgotten = 'known_after_call = (SELECT coalesce(max(id), 0) FROM calls)';

export function createUserStore(
  database: Database,
  { read, write, writeDurably }: Transactions,
  audit: AuditWriter,
): UserStore {
  const insert = database
    .prepare<unknown[], number>(
      `INSERT INTO users (name, services, knock_code_lookup, pin_hash, created_at)
       VALUES (?, '[]', ?, ?, ?) RETURNING id`,
    )
    .pluck();
  const byId = database.prepare<[number], UserRow>(`${selectUsers} AND id = ?`);
  const byName = database.prepare<[string], UserRow>(`${selectUsers} AND name = ?`);
  const byLookup = database.prepare<[string], UserRow>(`${selectUsers} AND knock_code_lookup = ?`);
  const all = database.prepare<[], UserRow>(`${selectUsers} ORDER BY name`);
  const page = database.prepare<[object], UserRow>(
    `${selectUsers} AND name > @after ORDER BY name LIMIT @limit`,
  );
  const nameTaken = database
    .prepare<[string], number>('SELECT 1 FROM users WHERE name = ?')
    .pluck();
  const count = database.prepare<[], { all: number; withSecondFactor: number }>(
    `SELECT count(*) AS "all", count(*) FILTER (WHERE second_factor <> 'none') AS withSecondFactor
     FROM users WHERE NOT disabled`,
  );
  const onList = database
    .prepare<[string], number>(
      `SELECT 1 FROM user_numbers JOIN users ON users.id = user_id
       WHERE number = ? AND NOT disabled LIMIT 1`,
    )
    .pluck();
  const set = database.prepare<[object]>(
    `UPDATE users SET disabled = @disabled, services = @services, language = @language,
       caller_policy = @callerPolicy, least_attestation = @leastAttestation, pairing = @pairing,
       email = @email
     WHERE id = @id`,
  );
  const clearNumbers = database.prepare<[number]>('DELETE FROM user_numbers WHERE user_id = ?');
  const addNumber = database.prepare<[number, number, string]>(
    'INSERT INTO user_numbers (user_id, place, number) VALUES (?, ?, ?)',
  );
  const setPin = database.prepare<[string, number]>(
    `UPDATE users SET pin_hash = ?, ${telephonesForgotten} WHERE id = ?`,
  );
  const setKnockCode = database.prepare<[string, number]>(
    `UPDATE users SET knock_code_lookup = ?, ${telephonesForgotten} WHERE id = ?`,
  );
  const raiseRevision = database.prepare<[number]>(
    'UPDATE users SET revision = revision + 1 WHERE id = ?',
  );
  // what was found by it or checked against it is no hash any more
  const remove = database.prepare<[object]>(
    `UPDATE users SET disabled = 1, removed_at = @at, knock_code_lookup = 'removed ' || id,
       pin_hash = 'removed', email = NULL WHERE id = @id`,
  );
  const factors = createSecondFactorRows(database);

  function putSettings(id: number, settings: UserSettings): void {
    const { disabled, services, language, callerPolicy, leastAttestation, pairing, email } =
      settings;
    set.run({
      id,
      disabled: disabled ? 1 : 0,
      services: listText(services),
      language,
      callerPolicy,
      leastAttestation,
      pairing,
      email,
    });
    clearNumbers.run(id);
    for (const [place, number] of settings.numbers.entries()) addNumber.run(id, place, number);
  }

  function existing(id: number): User {
    const row = byId.get(id);
    if (!row) throw new AccessError('not-found', `There is no user number ${id}.`);
    return userOf(row);
  }

  function refuseTaken(lookup: string, by?: number): void {
    const owner = byLookup.get(lookup);
    if (!owner || owner.id === by) return;
    throw new AccessError(
      'conflict',
      'That knock code belongs to another user already; choose a different one.',
    );
  }

  /** A change of settings or secrets: all of them go through here, and none without a new revision. */
  const changing = (id: number, entry: AuditEntry, work: (user: User) => void): Promise<User> =>
    writeDurably(() => {
      work(existing(id));
      raiseRevision.run(id);
      audit(entry);
      return existing(id);
    });

  return {
    add: (user, secrets, entry) =>
      write(() => {
        if (nameTaken.get(user.name)) {
          throw new AccessError(
            'conflict',
            `There is, or was, a user named ${user.name}; the record keeps the name, so choose another.`,
          );
        }
        refuseTaken(secrets.knockCodeLookup);
        const { knockCodeLookup, pinHash } = secrets;
        const id = insert.get(user.name, knockCodeLookup, pinHash, instant(user.createdAt));
        putSettings(id as number, user);
        audit({ ...entry, userId: id });
        return existing(id as number);
      }),
    byId: (id) => read(() => optional(byId.get(id))),
    byName: (name) => read(() => optional(byName.get(name))),
    byKnockCode: (lookup) =>
      read(() => {
        const row = byLookup.get(lookup);
        return row && { user: userOf(row), secrets: secretsOf(row) };
      }),
    secretsOf: (id) =>
      read(() => {
        const row = byId.get(id);
        return row && secretsOf(row);
      }),
    list: () => read(() => all.all().map(userOf)),
    page: (wanted) => read(() => page.all(nameBounds(wanted)).map(userOf)),
    countEnabled: () => read(() => count.get() as { all: number; withSecondFactor: number }),
    hasNumber: (number: PhoneNumber) => read(() => onList.get(number) !== undefined),

    change: (id, changes, entry) =>
      changing(id, entry, (user) => putSettings(id, { ...user, ...changes })),
    remove: (id, at, entry) =>
      writeDurably(() => {
        existing(id);
        factors.set(id, { kind: 'none' });
        clearNumbers.run(id);
        remove.run({ id, at: instant(at) });
        raiseRevision.run(id);
        audit(entry);
      }),
    setPin: async (id, pinHash, entry) => {
      await changing(id, entry, () => setPin.run(pinHash, id));
    },
    setKnockCode: async (id, lookup, entry) => {
      await changing(id, entry, () => {
        refuseTaken(lookup, id);
        setKnockCode.run(lookup, id);
      });
    },
    setSecondFactor: (id, factor, entry) => changing(id, entry, () => factors.set(id, factor)),
    useTotpStep: (id, step, entry) =>
      writeDurably(() => {
        const used = factors.useTotpStep(id, step);
        if (used) audit(entry);
        return used;
      }),
    useSheetCode: (id, lookup, entry) =>
      writeDurably(() => {
        const used = factors.useSheetCode(id, lookup);
        if (used) audit(entry);
        return used;
      }),
  };
}

function optional(row: UserRow | undefined): User | undefined {
  return row && userOf(row);
}
