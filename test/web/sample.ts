import type { AuditKind } from '../../src/domain/attempt.ts';
import type { Address } from '../../src/domain/address.ts';
import { usualSettings } from '../../src/domain/user.ts';
import type { PageHouse } from './page-house.ts';

const minute = 60_000;

/** A user without the cost of a real PIN's hash. */
export async function addUser(house: PageHouse, name: string, services: readonly string[] = []) {
  return house.stores.users.add(
    { ...usualSettings, name, services, createdAt: Date.now() - 90 * 24 * 60 * minute },
    { knockCodeLookup: `lookup ${name}`, pinHash: 'hash' },
    { at: Date.now(), actor: 'cli:local', kind: 'user-created', detail: { name } },
  );
}

/** A call that goes on, with what happened in it so far. */
export async function beginCall(
  house: PageHouse,
  callerNumber: string | null,
  kinds: readonly AuditKind[],
  secondsAgo = 30,
  userId?: number,
): Promise<number> {
  const began = Date.now() - secondsAgo * 1000;
  const { calls, audit } = house.stores;
  const begun = await calls.begin(
    { callerNumber, dialled: '4711', attestation: 'A', callBackOf: null, beganAt: began },
    { at: began, actor: 'system', kind: 'call-began', caller: callerNumber ?? 'withheld' },
  );
  for (const [at, kind] of kinds.entries()) {
    const when = began + (at + 1) * 5000;
    await audit.append({ at: when, actor: `call:${begun.id}`, kind, callId: begun.id, userId });
  }
  return begun.id;
}

interface Opened {
  readonly user: string;
  readonly address: string;
  readonly hours: number;
  /** How long ago, in hours. */
  readonly since: number;
  readonly packets: number;
}

/** What a call opened a while ago. */
async function openByCall(house: PageHouse, opened: Opened): Promise<void> {
  const { stores, gate } = house;
  const at = Date.now() - opened.since * 60 * minute;
  const user = await stores.users.byName(opened.user);
  if (!user) throw new Error(`there is no ${opened.user}`);
  const call = await beginCall(house, '+15550123', [], opened.since * 3600 + 40);
  const by = { actor: `call:${call}`, callId: call, userId: user.id } as const;
  await stores.calls.end(call, at, 'opened', user.id, { ...by, at, kind: 'call-ended' });
  const address = opened.address as Address;
  const services = user.services.length > 0 ? user.services : ['web'];
  const expiresAt = at + opened.hours * 60 * minute;
  await stores.grants.add(
    { userId: user.id, address, services, openedAt: at, expiresAt, callId: call },
    { ...by, at, kind: 'gate-opened', address },
  );
  const seconds = (expiresAt - Date.now()) / 1000;
  await gate.open({ address, services: services.map((service) => ({ service, seconds })) });
  gate.packets.set(address, opened.packets);
}

/** Who is in, who calls and what stands, as on a busy afternoon. */
export async function furnish(house: PageHouse): Promise<void> {
  for (const name of ['mira', 'tomas', 'ines', 'jonas']) await addUser(house, name);
  await addUser(house, 'support', ['ssh', 'web']);
  const openings = [
    { user: 'mira', address: '203.0.113.7', hours: 4, since: 0.9, packets: 48_213 },
    { user: 'mira', address: '2001:db8:0:1::/64', hours: 2, since: 1.1, packets: 912 },
    { user: 'tomas', address: '198.51.100.23', hours: 4, since: 3.87, packets: 12 },
    { user: 'ines', address: '192.0.2.144', hours: 6, since: 0.02, packets: 0 },
    { user: 'support', address: '203.0.113.80', hours: 2, since: 1.4, packets: 190_771 },
  ];
  for (const opening of openings) await openByCall(house, opening);
  await addEntries(house);
  const tomas = await house.stores.users.byName('tomas');
  await beginCall(house, '+15550142', ['attempt-accepted', 'pairing-began'], 41, tomas?.id);
  await beginCall(house, null, ['attempt-refused'], 22);
}

async function addEntries({ rules, stores }: PageHouse): Promise<void> {
  const wanted = [
    ['carrier', 'sip.example.net', ['sip'], 'Trunk 1'],
    ['backup-carrier', 'sbc.example.com', ['sip'], 'Trunk 2'],
    ['office', '198.51.100.0/24', [], 'Head office'],
    ['monitoring', '192.0.2.10', ['web'], ''],
    ['branch-north', '2001:db8:40::/48', ['sip', 'web'], 'Until the move'],
    ['old-name', 'gone.example.org', ['sip'], 'Ask before removing'],
  ] as const;
  for (const [label, target, services, note] of wanted) {
    const expiresAt = label === 'branch-north' ? Date.now() + 40 * 24 * 60 * minute : null;
    await rules.addEntry({ label, target, services: [...services], note, expiresAt }, 'cli:mira');
  }
  const now = Date.now();
  const audited = { at: now, actor: 'system', kind: 'name-changed' } as const;
  const well = { resolvedAt: now - 2 * minute, failingSince: null, failure: null, unanswered: [] };
  const [carrier, backup, , , , gone] = await Promise.all(
    wanted.map(([label]) => stores.entries.byLabel(label)),
  );
  if (!carrier || !backup || !gone) throw new Error('the entries are not there');
  const addresses = (...all: string[]) => all as Address[];
  await stores.entries.resolved(
    carrier.id,
    {
      ...well,
      addresses: addresses('203.0.113.40', '203.0.113.41'),
      changedAt: now - 3 * 24 * 60 * minute,
    },
    { ...audited, detail: { label: 'carrier' } },
  );
  await stores.entries.resolved(
    backup.id,
    { ...well, addresses: addresses('192.0.2.61', '2001:db8:9::61'), changedAt: now - 90 * minute },
    undefined,
  );
  await stores.entries.resolved(
    gone.id,
    {
      addresses: addresses('198.51.100.200'),
      resolvedAt: now - 7 * 60 * minute,
      changedAt: now - 9 * 24 * 60 * minute,
      failingSince: now - 6 * 60 * minute,
      failure: 'there is no such name',
      unanswered: [],
    },
    { ...audited, kind: 'name-failing', detail: { label: 'old-name' } },
  );
}

/** So many hosts, straight into the table: through the store, each would have its line of the record. */
export function addHosts({ database }: PageHouse, count: number): void {
  database
    .prepare(
      `INSERT INTO entries (label, kind, target, services, expires_at, note, source, created_at)
       WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?)
       SELECT 'host-' || n, 'host', printf('2001:db8:%x::%x', n / 65536 + 1, n % 65536 + 1), '[]', NULL,
         '', 'import:list', ? FROM numbers`,
    )
    .run(count, Date.now());
}
