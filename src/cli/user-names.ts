import { AccessError } from '../domain/access-error.ts';
import type { AuditAnswer, UserAnswer } from '../http/answers.ts';
import type { RestClient } from '../http/client.ts';
import { everyItem } from './pages.ts';
import { userPath } from './words.ts';

const removed = '/v1/audit?kind=user-removed';

const nameIn = ({ detail }: AuditAnswer): string | undefined =>
  typeof detail?.['name'] === 'string' ? detail['name'] : undefined;

/** The number of a user, also of one who was removed, as far as the record tells of it. */
export async function userNumber(rest: RestClient, name: string): Promise<number> {
  try {
    return (await rest.get<UserAnswer>(userPath(name))).id;
  } catch (error) {
    if (!(error instanceof AccessError) || error.code !== 'not-found') throw error;
  }
  // a name is not given again
  const rows = await everyItem<AuditAnswer>(rest, removed);
  const id = rows.find((row) => nameIn(row) === name)?.userId;
  if (id !== undefined) return id;
  throw new AccessError(
    'not-found',
    `There is no user named ${name}, and the record has none of that name who was removed.`,
  );
}

/** What users are called, also those who were removed. */
export interface UserNames {
  /** Undefined where neither the users nor the record have a name. Rejects with AccessError. */
  of(row: AuditAnswer): Promise<string | undefined>;
}

export function createUserNames(rest: RestClient): UserNames {
  let known: Map<number, string | undefined> | undefined;

  async function there(): Promise<Map<number, string | undefined>> {
    const users = await everyItem<UserAnswer>(rest, '/v1/users');
    return new Map(users.map(({ id, name }) => [id, name]));
  }

  async function onRecord(id: number): Promise<string | undefined> {
    for (const kind of ['user-removed', 'user-created']) {
      const rows = await everyItem<AuditAnswer>(rest, `/v1/audit?kind=${kind}&userId=${id}`);
      const name = rows.map(nameIn).find(Boolean);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  return {
    async of({ userId }) {
      if (userId === undefined) return undefined;
      known ??= await there();
      if (!known.has(userId)) known.set(userId, await onRecord(userId));
      return known.get(userId);
    },
  };
}
