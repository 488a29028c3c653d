import { tokenHash } from '../../src/access/secrets.ts';
import { usualSettings } from '../../src/domain/user.ts';
import type { Route } from '../../src/http/route.ts';
import { allRoutes } from './described.ts';
import { testLinks } from '../fakes/notices.ts';
import { openHouse, type House } from './workshop.ts';

/** Of a token in a furnished house. */
export const knownSecret = `dialgate_${'9876543210'.repeat(4)}987`;

const day = 'from=2025-06-01T00:00:00Z&to=2025-06-02T00:00:00Z';

/** What each operation is asked with that needs more than its path, on a furnished house. */
const asked: Readonly<Record<string, { readonly query?: string; readonly body?: object }>> = {
  createUser: { body: { name: 'otto' } },
  changeUser: { body: { language: 'es' } },
  openGrant: { body: { user: 'mira', address: '203.0.113.8' } },
  closeGrants: { query: '?user=mira' },
  createToken: { body: { name: 'cron', role: 'auditor' } },
  createEntry: { body: { label: 'branch', target: '203.0.113.9' } },
  createEntries: { body: { entries: [{ label: 'branch', target: '203.0.113.9' }] } },
  changeEntry: { body: { note: 'moved' } },
  countAudit: { query: `?${day}&step=3600` },
  listAuditCallers: { query: `?${day}` },
  createSession: { body: { token: knownSecret } },
};

const named: Readonly<Record<string, string>> = {
  ':id': '1',
  ':subject': 'caller%3A15550123',
  ':label': 'office',
  ':address': '203.0.113.7',
  ':signed': testLinks.sign({ grantId: 1, at: Date.UTC(2100, 0), until: Date.UTC(2100, 0) }),
};

export interface Operation {
  readonly route: Route;
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

/** Each operation as it would be done. */
export const operations: readonly Operation[] = allRoutes.map((route) => {
  const { id, method, path } = route;
  const { query = '', body } = asked[id] ?? {};
  const name = path.startsWith('/v1/tokens') ? 'spare' : 'mira';
  const there = path.replace(/:[a-z]+/, (parameter) => named[parameter] ?? name);
  const sent = method === 'GET' || method === 'DELETE' ? undefined : (body ?? {});
  return { route, method, path: `${there}${query}`, body: sent };
});

const checkpoint = { seq: 7, hash: '00'.repeat(32), at: 1, seal: '11'.repeat(32) };

/** A house in which each of them can be done. */
export async function furnished(changes: Parameters<typeof openHouse>[0] = {}): Promise<House> {
  const house = await openHouse({
    ...changes,
    // the record in memory is empty, and has nothing to keep the end of
    rules: {
      checkpointAudit: () => Promise.resolve(checkpoint),
      // where no server runs it never is
      ready: () => Promise.resolve(true),
      ...changes.rules,
    },
  });
  const { stores, rules, clock } = house;
  const entry = { at: 1, actor: 'cli:local' } as const;
  // straight into the store: a real PIN's hash would cost 40 ms in each of these tests
  await stores.users.add(
    { ...usualSettings, name: 'mira', createdAt: 1 },
    { knockCodeLookup: 'lookup', pinHash: 'hash' },
    { ...entry, kind: 'user-created' },
  );
  const failures = { count: 1, lastAt: clock.now };
  await stores.lockouts.record(
    [
      { subject: 'caller:15550123', failures },
      { subject: 'user:1/caller:15550123', failures },
    ],
    [],
  );
  await stores.calls.begin(
    { callerNumber: '15550123', dialled: '100', attestation: null, callBackOf: null, beganAt: 1 },
    { ...entry, kind: 'call-began', caller: '15550123' },
  );
  rules.startAuditVerification();
  await stores.tokens.add(
    { name: 'spare', role: 'admin', createdAt: clock.now, expiresAt: null },
    tokenHash(knownSecret),
    { ...entry, at: clock.now, kind: 'token-created' },
  );
  await rules.openGrant({ user: 'mira', address: '203.0.113.7' }, 'cli:local');
  await rules.addEntry({ label: 'office', target: '203.0.113.7' }, 'cli:local');
  return house;
}
