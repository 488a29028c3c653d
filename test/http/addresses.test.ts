import { beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await ask(house.at, 'POST', '/v1/users', { token: house.admin, body: { name: 'mira' } });
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });
const look = (address: string): Promise<Answered> =>
  ask(house.at, 'GET', `/v1/addresses/${encodeURIComponent(address)}`, { token: house.auditor });
const entry = async (label: string, target: string, more: object = {}): Promise<void> => {
  expect((await admin('POST', '/v1/entries', { label, target, ...more })).status).toBe(201);
};
const at = (seconds: number): string => new Date(house.clock.now + seconds * 1000).toISOString();

describe('an address', () => {
  it('that nothing lets in is not open', async () => {
    await entry('beside', '203.0.113.8');
    await entry('network', '198.51.100.0/24');
    expect((await look('203.0.113.7')).body).toEqual({
      address: '203.0.113.7',
      open: false,
      services: [],
      grants: [],
      entries: [],
      gate: { ok: true },
      warnings: ['This is a dry run: nothing is opened in any firewall.'],
    });
  });

  it('is let in by grants, hosts, networks and names, each until it ends', async () => {
    await admin('POST', '/v1/grants', { user: 'mira', address: '203.0.113.7', seconds: 60 });
    await entry('host', '203.0.113.7', { services: ['sip'], expiresAt: at(3600) });
    await entry('network', '203.0.113.0/24', { services: ['sip'], expiresAt: at(7200) });
    await entry('carrier', 'sip.example.net', { services: ['sip'], expiresAt: at(1800) });
    await entry('other', 'www.example.net');
    const answered = {
      addresses: ['203.0.113.7'] as Address[],
      resolvedAt: 1,
      changedAt: 1,
      failingSince: null,
      failure: null,
      unanswered: [],
    };
    await house.stores.entries.resolved(3, answered, undefined);
    const { body } = await look('203.0.113.7');
    expect(body).toMatchObject({
      open: true,
      services: [
        { service: 'web', until: at(60) },
        { service: 'sip', until: at(7200) },
      ],
      grants: [{ id: 1, userName: 'mira', address: '203.0.113.7', services: ['web'] }],
    });
    const sip = { services: ['sip'], refused: null };
    expect(body['entries']).toEqual([
      { label: 'host', kind: 'host', target: '203.0.113.7', expiresAt: at(3600), ...sip },
      { label: 'network', kind: 'network', target: '203.0.113.0/24', expiresAt: at(7200), ...sip },
      { label: 'carrier', kind: 'name', target: 'sip.example.net', expiresAt: at(1800), ...sip },
    ]);
    house.clock.now += 3600_000;
    expect((await look('203.0.113.7')).body).toMatchObject({
      grants: [],
      entries: [{ label: 'network' }],
    });
    await entry('for-good', '203.0.113.7');
    expect((await look('203.0.113.7')).body['services']).toContainEqual({
      service: 'web',
      until: null,
    });
  });

  it('of IPv6 is let in with its /64, and written however one likes', async () => {
    const body = { user: 'mira', address: '2001:db8:0:1::/64', seconds: 60 };
    expect((await admin('POST', '/v1/grants', body)).status).toBe(201);
    await entry('site', '2001:db8::/32');
    for (const one of ['2001:db8:0:1::7', '2001:0DB8:0:1:0:0:0:7', '2001:db8:0:1::/64']) {
      const { body } = await look(one);
      expect([body['grants'], body['entries']]).toEqual([
        [expect.objectContaining({ address: '2001:db8:0:1::/64' })],
        [expect.objectContaining({ label: 'site' })],
      ]);
    }
    expect((await look('2001:db8:0:2::7')).body['grants']).toEqual([]);
  });

  it.each(['203.0.113', 'sip.example.net', '198.51.100.0/24', '203.0.113.7.'])(
    'is not %s',
    async (text) => {
      const refused = await look(text);
      expect([refused.status, refused.text]).toEqual([400, expect.stringMatching(/address must/)]);
    },
  );
});
