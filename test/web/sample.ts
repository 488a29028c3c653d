import type { AuditKind } from '../../src/domain/attempt.ts';
import type { Address } from '../../src/domain/address.ts';
import { parseTarget } from '../../src/domain/entry.ts';
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
): Promise<number> {
  const began = Date.now() - secondsAgo * 1000;
  const { calls, audit } = house.stores;
  const begun = await calls.begin(
    { callerNumber, dialled: '4711', attestation: 'A', callBackOf: null, beganAt: began },
    { at: began, actor: 'system', kind: 'call-began', caller: callerNumber ?? 'withheld' },
  );
  for (const [at, kind] of kinds.entries()) {
    const when = began + (at + 1) * 5000;
    await audit.append({ at: when, actor: `call:${begun.id}`, kind, callId: begun.id });
  }
  return begun.id;
}

/** Who is in, who calls and what stands, as on a busy afternoon. */
export async function furnish(house: PageHouse): Promise<void> {
  const { rules, gate } = house;
  for (const name of ['mira', 'tomas', 'ines', 'jonas']) await addUser(house, name);
  await addUser(house, 'support', ['ssh', 'web']);
  const openings = [
    ['mira', '203.0.113.7', 4 * 3600, 48_213],
    ['mira', '2001:db8:0:1::/64', 2 * 3600, 912],
    ['tomas', '198.51.100.23', 480, 12],
    ['ines', '192.0.2.144', 6 * 3600, 0],
    ['support', '203.0.113.80', 3600, 190_771],
  ] as const;
  for (const [user, address, seconds, packets] of openings) {
    await rules.openGrant({ user, address, seconds }, 'cli:local');
    gate.packets.set(address, packets);
  }
  await beginCall(house, '+15550142', ['attempt-accepted', 'pairing-began'], 41);
  await beginCall(house, null, ['attempt-refused'], 22);
  await addEntries(house);
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
  const well = { resolvedAt: now - 2 * minute, failingSince: null, failure: null };
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
    audited,
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
    },
    { ...audited, kind: 'name-failing' },
  );
}

/** So many hosts, straight into the store. */
export async function addHosts({ stores }: PageHouse, count: number): Promise<void> {
  const at = Date.now();
  const batch = 5000;
  for (let from = 0; from < count; from += batch) {
    const some = Array.from({ length: Math.min(batch, count - from) }, (_, n) => from + n);
    await stores.entries.addAll(
      some.map((n) => {
        const address = `2001:db8:${Math.floor(n / 65_536).toString(16)}::${(n % 65_536).toString(16)}`;
        const target = parseTarget(address);
        if (!target) throw new Error(`${address} is no target`);
        return {
          entry: {
            label: `host-${n}`,
            target,
            services: [],
            expiresAt: null,
            note: '',
            source: 'import:list',
            createdAt: at,
          },
          audit: { at, actor: 'cli:local', kind: 'entry-added', detail: { label: `host-${n}` } },
        };
      }),
      count + 1000,
    );
  }
}
