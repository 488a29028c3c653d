import { AccessError } from '../../src/domain/access-error.ts';
import type { AuditEntry, CallRecord } from '../../src/domain/attempt.ts';
import { isEmail } from '../../src/domain/email.ts';
import type { UserStore } from '../../src/domain/ports.ts';
import {
  attestations,
  callerPolicies,
  isUserName,
  pairings,
  type User,
  type UserSecrets,
  type UserSettings,
} from '../../src/domain/user.ts';
import { byName, change, found, instant, namePaged, type Memory } from './memory.ts';

/** `sheet` holds the lookups that are left, `totpStep` the last step used, `knownAfterCall` the last call when PIN or knock code were set. */
export type MemoryUser = Omit<User, 'codesLeft'> & {
  secrets: UserSecrets;
  sheet: readonly string[];
  totpStep: number | null;
  knownAfterCall: number;
  removed: boolean;
};

export function createMemoryUsers(
  users: MemoryUser[],
  calls: readonly CallRecord[],
  { perform, written }: Pick<Memory, 'perform' | 'written'>,
): UserStore {
  /** Those who have not been removed. */
  const there = (): MemoryUser[] => users.filter((user) => !user.removed);

  function refuseTaken(lookup: string, by?: number): void {
    const owner = users.find((user) => user.secrets.knockCodeLookup === lookup);
    if (!owner || owner.id === by) return;
    throw new AccessError('conflict', 'That knock code belongs to another user already.');
  }

  /** What `work` gives is changed, and with it the revision. */
  const changing = (
    id: number,
    entry: AuditEntry,
    work: (user: MemoryUser) => Partial<MemoryUser>,
  ): Promise<User> =>
    perform(() => {
      const write = written(entry);
      const user = found(there(), id, 'user');
      change<MemoryUser>(users, id, { ...work(user), revision: user.revision + 1 });
      write();
      return userOf(found(users, id, 'user'));
    });

  return {
    add: (user, secrets, entry) =>
      perform(() => {
        const write = written(entry);
        if (!isUserName(user.name)) throw new AccessError('invalid', 'A malformed user name.');
        if (users.some((other) => other.name === user.name)) {
          throw new AccessError('conflict', `There is a user named ${user.name} already.`);
        }
        refuseTaken(secrets.knockCodeLookup);
        checkSettings(user);
        const added: MemoryUser = {
          ...structuredClone(user),
          id: users.length + 1,
          secondFactor: 'none',
          revision: 0,
          createdAt: instant(user.createdAt),
          secrets: { ...secrets, totp: null },
          sheet: [],
          totpStep: null,
          knownAfterCall: 0,
          removed: false,
        };
        users.push(added);
        write({ userId: added.id });
        return userOf(added);
      }),
    byId: (id) =>
      perform(
        () =>
          there()
            .filter((user) => user.id === id)
            .map(userOf)[0],
      ),
    byName: (name) =>
      perform(
        () =>
          there()
            .filter((user) => user.name === name)
            .map(userOf)[0],
      ),
    byKnockCode: (lookup) =>
      perform(() => {
        const user = there().find((u) => u.secrets.knockCodeLookup === lookup);
        return user && { user: userOf(user), secrets: user.secrets };
      }),
    secretsOf: (id) => perform(() => there().find((user) => user.id === id)?.secrets),
    list: () => perform(() => there().map(userOf).sort(byName)),
    page: (page) => perform(() => namePaged(there().map(userOf).sort(byName), page)),
    countEnabled: () =>
      perform(() => {
        const enabled = there().filter(({ disabled }) => !disabled);
        const careful = enabled.filter(({ secondFactor }) => secondFactor !== 'none');
        return { all: enabled.length, withSecondFactor: careful.length };
      }),
    hasNumber: (number) =>
      perform(() => users.some((user) => !user.disabled && user.numbers.includes(number))),

    change: (id, changes, entry) =>
      changing(id, entry, (user) => {
        checkSettings({ ...user, ...changes });
        return structuredClone(changes);
      }),
    remove: (id, at, entry) =>
      perform(() => {
        const write = written(entry);
        instant(at);
        const { revision } = found(there(), id, 'user');
        change<MemoryUser>(users, id, {
          removed: true,
          disabled: true,
          numbers: [],
          email: null,
          sheet: [],
          secondFactor: 'none',
          revision: revision + 1,
          secrets: { knockCodeLookup: `removed ${id}`, pinHash: 'removed', totp: null },
        });
        write();
      }),
    setPin: async (id, pinHash, entry) => {
      await changing(id, entry, ({ secrets }) => ({
        secrets: { ...secrets, pinHash },
        knownAfterCall: calls.length,
      }));
    },
    setKnockCode: async (id, lookup, entry) => {
      await changing(id, entry, ({ secrets }) => {
        refuseTaken(lookup, id);
        return {
          secrets: { ...secrets, knockCodeLookup: lookup },
          knownAfterCall: calls.length,
        };
      });
    },
    setSecondFactor: (id, factor, entry) =>
      changing(id, entry, ({ secrets }) => {
        const sheet = factor.kind === 'sheet' ? [...factor.lookups] : [];
        if (new Set(sheet).size < sheet.length) {
          throw new AccessError('conflict', 'Such a code is on the sheet already.');
        }
        return {
          secondFactor: factor.kind,
          sheet,
          totpStep: null,
          secrets: { ...secrets, totp: factor.kind === 'totp' ? factor.sealed : null },
        };
      }),
    useTotpStep: (id, step, entry) =>
      perform(() => {
        const write = written(entry);
        const user = users.find((u) => u.id === id);
        if (user?.secondFactor !== 'totp' || step <= (user.totpStep ?? -Infinity)) return false;
        change(users, id, { totpStep: step });
        write();
        return true;
      }),
    useSheetCode: (id, lookup, entry) =>
      perform(() => {
        const write = written(entry);
        const user = users.find((u) => u.id === id);
        if (!user?.sheet.includes(lookup)) return false;
        change(users, id, { sheet: user.sheet.filter((other) => other !== lookup) });
        write();
        return true;
      }),
  };
}

/** What the schema of the real store refuses. */
function checkSettings(settings: UserSettings): void {
  const { numbers, language, callerPolicy, leastAttestation, pairing, email } = settings;
  const wellFormed =
    numbers.every((number) => /^[0-9]{1,15}$/.test(number)) &&
    language !== '' &&
    callerPolicies.includes(callerPolicy) &&
    (leastAttestation === null || attestations.includes(leastAttestation)) &&
    pairings.includes(pairing) &&
    (email === null || isEmail(email));
  if (!wellFormed) throw new AccessError('invalid', 'A malformed setting.');
  if (new Set(numbers).size < numbers.length) {
    throw new AccessError('conflict', 'A number stands on the list twice.');
  }
}

function userOf(kept: MemoryUser): User {
  const {
    secrets: _secrets,
    sheet,
    totpStep: _step,
    knownAfterCall: _call,
    removed: _removed,
    ...user
  } = kept;
  return { ...user, codesLeft: sheet.length };
}
