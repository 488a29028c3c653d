import { AccessError } from '../../src/domain/access-error.ts';
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
import { byName, change, found, instant, type Memory } from './memory.ts';

/** `sheet` holds the lookups that are left, `totpStep` the last step used. */
export type MemoryUser = Omit<User, 'codesLeft'> & {
  secrets: UserSecrets;
  sheet: readonly string[];
  totpStep: number | null;
};

export function createMemoryUsers(
  users: MemoryUser[],
  { perform, written }: Pick<Memory, 'perform' | 'written'>,
): UserStore {
  function refuseTaken(lookup: string, by?: number): void {
    const owner = users.find((user) => user.secrets.knockCodeLookup === lookup);
    if (!owner || owner.id === by) return;
    throw new AccessError('conflict', 'That knock code belongs to another user already.');
  }

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
          createdAt: instant(user.createdAt),
          secrets: { ...secrets, totp: null },
          sheet: [],
          totpStep: null,
        };
        users.push(added);
        write({ userId: added.id });
        return userOf(added);
      }),
    byId: (id) => perform(() => users.filter((user) => user.id === id).map(userOf)[0]),
    byName: (name) => perform(() => users.filter((user) => user.name === name).map(userOf)[0]),
    byKnockCode: (lookup) =>
      perform(() => {
        const user = users.find((u) => u.secrets.knockCodeLookup === lookup);
        return user && { user: userOf(user), secrets: user.secrets };
      }),
    secretsOf: (id) => perform(() => users.find((user) => user.id === id)?.secrets),
    list: () => perform(() => users.map(userOf).sort(byName)),
    hasNumber: (number) =>
      perform(() => users.some((user) => !user.disabled && user.numbers.includes(number))),

    change: (id, changes, entry) =>
      perform(() => {
        const write = written(entry);
        checkSettings({ ...found(users, id, 'user'), ...changes });
        change<MemoryUser>(users, id, structuredClone(changes));
        write();
        return userOf(found(users, id, 'user'));
      }),
    setPin: (id, pinHash, entry) =>
      perform(() => {
        const write = written(entry);
        const { secrets } = found(users, id, 'user');
        change(users, id, { secrets: { ...secrets, pinHash } });
        write();
      }),
    setKnockCode: (id, lookup, entry) =>
      perform(() => {
        const write = written(entry);
        const { secrets } = found(users, id, 'user');
        refuseTaken(lookup, id);
        change(users, id, { secrets: { ...secrets, knockCodeLookup: lookup } });
        write();
      }),
    setSecondFactor: (id, factor, entry) =>
      perform(() => {
        const write = written(entry);
        const { secrets } = found(users, id, 'user');
        const sheet = factor.kind === 'sheet' ? [...factor.lookups] : [];
        if (new Set(sheet).size < sheet.length) {
          throw new AccessError('conflict', 'Such a code is on the sheet already.');
        }
        change(users, id, {
          secondFactor: factor.kind,
          sheet,
          totpStep: null,
          secrets: { ...secrets, totp: factor.kind === 'totp' ? factor.sealed : null },
        });
        write();
        return userOf(found(users, id, 'user'));
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
  const { numbers, language, callerPolicy, leastAttestation, pairing } = settings;
  const wellFormed =
    numbers.every((number) => /^[0-9]{1,15}$/.test(number)) &&
    language !== '' &&
    callerPolicies.includes(callerPolicy) &&
    (leastAttestation === null || attestations.includes(leastAttestation)) &&
    pairings.includes(pairing);
  if (!wellFormed) throw new AccessError('invalid', 'A malformed setting.');
  if (new Set(numbers).size < numbers.length) {
    throw new AccessError('conflict', 'A number stands on the list twice.');
  }
}

function userOf({ secrets: _secrets, sheet, totpStep: _step, ...user }: MemoryUser): User {
  return { ...user, codesLeft: sheet.length };
}
