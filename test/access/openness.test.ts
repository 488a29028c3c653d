import { expect, it } from 'vitest';
import { opennessAdministration } from '../../src/access/administration/openness.ts';
import { createEntries } from '../../src/access/entries.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import type { Address } from '../../src/domain/address.ts';
import type { FirewallLimits } from '../../src/domain/ports.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const host = '8.8.4.4' as Address;
const away = new AccessError('firewall-unavailable', 'The helper does not answer.');

function make(limits: () => Promise<FirewallLimits>) {
  const stores = createMemoryStores();
  const clock = { now: () => 1e12 };
  const firewall = { limits };
  const addresses = () => ({ own: [], alsoAllowed: [] });
  const entries = createEntries({
    store: stores.entries,
    firewall,
    clock,
    rules: { services: ['web'], most: 9, addresses },
  });
  const parts = { stores, clock, firewall, entries };
  const { opennessOf } = opennessAdministration(
    parts as unknown as Parameters<typeof opennessAdministration>[0],
  );
  return { entries, opennessOf };
}

it('what the firewall does not take lets nobody in, and says why', async () => {
  const { entries, opennessOf } = make(() => Promise.reject(away));
  await entries.add({ label: 'one', target: host, services: ['sip'] }, 'cli:x');
  await entries.add({ label: 'net', target: '8.8.4.0/24' }, 'cli:x');
  entries.stood({ added: 1, removed: 0, failed: [{ target: host, reason: 'no room' }] });
  expect(await opennessOf(host)).toMatchObject({
    services: [{ service: 'web', until: null }],
    entries: [
      { label: 'one', refused: 'no room' },
      { label: 'net', refused: null },
    ],
  });
});

it('comes also when the gate cannot be asked, and tells that', async () => {
  const { entries, opennessOf } = make(() => Promise.reject(away));
  await entries.add({ label: 'one', target: host }, 'cli:x');
  expect(await opennessOf(host)).toMatchObject({
    entries: [{ label: 'one' }],
    gate: { ok: false, why: 'The helper does not answer.' },
    warnings: [],
  });
});

it('tells that the guard is off', async () => {
  const warnings = ['The guard is off, so nobody is turned away.'];
  const known = { services: ['web'], longest: 1, mostAddresses: 1, networks: true, warnings };
  const { opennessOf } = make(() => Promise.resolve(known));
  expect(await opennessOf(host)).toMatchObject({ services: [], gate: { ok: true }, warnings });
});
