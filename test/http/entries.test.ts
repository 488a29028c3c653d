import { beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Resolution } from '../../src/domain/entry.ts';
import { answer } from '../fakes/names.ts';
import { ask, openHouse, type Answered, type House } from './workshop.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});

const admin = (method: string, path: string, body?: unknown): Promise<Answered> =>
  ask(house.at, method, path, { token: house.admin, body });
const iso = '2025-06-01T12:00:00.000Z';

const host = {
  id: 1,
  label: 'office',
  kind: 'host',
  target: '2001:db8::7',
  services: ['sip'],
  expiresAt: '2025-06-02T10:00:00.000Z',
  note: 'until the move',
  source: 'administrator',
  createdAt: iso,
  resolution: null,
  refused: null,
};

describe('standing entries', () => {
  it('are made, shown, changed and removed', async () => {
    const made = await admin('POST', '/v1/entries', {
      label: 'office',
      target: '2001:0DB8::7',
      services: ['sip'],
      expiresAt: '2025-06-02T12:00:00+02:00',
      note: 'until the move',
    });
    expect([made.status, made.headers.location]).toEqual([201, '/v1/entries/office']);
    expect(made.body).toEqual(host);
    expect((await admin('GET', '/v1/entries/office')).body).toEqual(host);
    expect((await admin('GET', '/v1/entries')).body).toEqual({ items: [host], next: null });
    expect((await admin('GET', '/v1/entries?find=OFF')).body['items']).toEqual([host]);
    expect((await admin('GET', '/v1/entries?find=nowhere')).body['items']).toEqual([]);
    expect((await admin('GET', '/v1/entries?failing=true')).body['items']).toEqual([]);
    expect((await admin('GET', '/v1/entries?failing=no')).status).toBe(400);
    expect((await admin('GET', '/v1/entries?find=')).status).toBe(400);
    const changes = { expiresAt: null, services: [], note: '' };
    const after = { ...host, ...changes };
    expect((await admin('PATCH', '/v1/entries/office', changes)).body).toEqual(after);
    const removed = await admin('DELETE', '/v1/entries/office');
    expect([removed.status, removed.body]).toEqual([200, after]);
    for (const method of ['GET', 'DELETE']) {
      expect((await admin(method, '/v1/entries/office')).status).toBe(404);
    }
    expect((await admin('PATCH', '/v1/entries/office', changes)).status).toBe(404);
    const [row] = await house.stores.audit.list({ limit: 1 });
    expect(row).toMatchObject({ actor: 'token:ops', kind: 'entry-removed' });
  });

  it('that are names say what they mean now, since when, and what fails', async () => {
    await admin('POST', '/v1/entries', {
      label: 'carrier',
      target: 'SIP.example.net.',
      source: 'import:list',
    });
    const unasked = { addresses: [], resolvedAt: null, changedAt: null };
    expect((await admin('GET', '/v1/entries/carrier')).body).toMatchObject({
      kind: 'name',
      target: 'sip.example.net',
      source: 'import:list',
      resolution: { ...unasked, failingSince: null, failure: null },
    });
    const resolution: Omit<Resolution, 'unanswered'> = {
      addresses: ['203.0.113.7', '2001:db8::7'] as Address[],
      resolvedAt: house.clock.now,
      changedAt: house.clock.now - 1000,
      failingSince: house.clock.now,
      failure: 'IPv6: broken',
    };
    const unanswered = [{ family: 6 as const, seconds: 0, at: house.clock.now }];
    await house.stores.entries.resolved(1, { ...resolution, unanswered }, undefined);
    expect((await admin('GET', '/v1/entries/carrier')).body['resolution']).toEqual({
      ...resolution,
      resolvedAt: iso,
      changedAt: '2025-06-01T11:59:59.000Z',
      failingSince: iso,
    });
  });

  it('tell what their addresses are called', async () => {
    house.names.answers.set('pbx.example.net', answer(['203.0.113.7']));
    await admin('POST', '/v1/entries', { label: 'office', target: '203.0.113.7' });
    await admin('POST', '/v1/entries', { label: 'range', target: '198.51.100.0/24' });
    expect((await admin('GET', '/v1/entries/office/names')).body).toEqual({
      items: [{ address: '203.0.113.7', names: ['pbx.example.net'] }],
      next: null,
    });
    expect((await admin('GET', '/v1/entries/range/names')).status).toBe(400);
    expect((await admin('GET', '/v1/entries/nobody/names')).status).toBe(404);
  });

  it('are paged, newest first', async () => {
    for (const label of ['a', 'b', 'c']) {
      await admin('POST', '/v1/entries', { label, target: '203.0.113.7' });
    }
    const labels = async (query: string): Promise<[unknown, unknown]> => {
      const { items, next } = (await admin('GET', `/v1/entries?${query}`)).body;
      return [(items as { label: string }[]).map(({ label }) => label), next];
    };
    const [first, next] = await labels('limit=2');
    expect(first).toEqual(['c', 'b']);
    expect(await labels(`limit=2&cursor=${String(next)}`)).toEqual([['a'], null]);
  });

  it.each<[object, number, RegExp]>([
    [{ label: 'x' }, 400, /target/],
    [{ label: 'x', target: 'nonsense' }, 400, /must be a host/],
    [{ label: 'x', target: '198.51.100.1/24' }, 400, /must be 198\.51\.100\.0\/24 for the network/],
    [{ label: 'x', target: `${'a'.repeat(60)}.`.repeat(5) }, 400, /must be a host/],
    [{ label: '../x', target: '203.0.113.7' }, 400, /label/],
    [{ label: 'x', target: '203.0.113.7', expiresAt: 'tomorrow' }, 400, /2026-01-31/],
    [{ label: 'x', target: '203.0.113.7', expiresAt: '2025-06-01T12:00:00Z' }, 400, /future/],
    [{ label: 'x', target: '203.0.113.7', note: 'a\nb' }, 400, /on one line/],
    [{ label: 'x', target: '203.0.113.7', services: ['gopher'] }, 400, /No such service/],
    [{ label: 'x', target: '203.0.113.7', source: 'me' }, 400, /administrator/],
    [{ label: 'x', target: '0.0.0.0/0' }, 422, /everybody/],
    [{ label: 'x', target: '198.0.0.0/8' }, 422, /\/16/],
    [{ label: 'taken', target: '203.0.113.7' }, 409, /taken/],
  ])('%j is refused: %d', async (body, status, why) => {
    await admin('POST', '/v1/entries', { label: 'taken', target: '203.0.113.8' });
    const refused = await admin('POST', '/v1/entries', body);
    expect([refused.status, refused.text]).toEqual([status, expect.stringMatching(why)]);
    expect(await house.stores.entries.count()).toBe(1);
  });

  it('are for auditors to read alone', async () => {
    const auditor = (method: string, path: string, body?: unknown): Promise<Answered> =>
      ask(house.at, method, path, { token: house.auditor, body });
    await admin('POST', '/v1/entries', { label: 'office', target: '203.0.113.7' });
    expect((await auditor('GET', '/v1/entries')).status).toBe(200);
    expect((await auditor('GET', '/v1/catalogue')).status).toBe(200);
    const wanted = { label: 'x', target: '203.0.113.7' };
    expect((await auditor('POST', '/v1/entries', wanted)).status).toBe(403);
    expect((await auditor('PATCH', '/v1/entries/office', { note: 'x' })).status).toBe(403);
    expect((await auditor('DELETE', '/v1/entries/office')).status).toBe(403);
  });
});

describe('a batch of entries', () => {
  const send = (entries: unknown, token = house.admin): Promise<Answered> =>
    ask(house.at, 'POST', '/v1/entry-batches', { token, body: { entries } });

  it('answers for each by its position, whatever becomes of it, and again the same', async () => {
    const entries = [
      { label: 'office', target: '203.0.113.7', services: ['sip'], source: 'import:list' },
      { label: 'batch', target: '198.51.100.0/24' },
      { label: 'all', target: '0.0.0.0/0' },
      { label: 'x', target: 'nonsense' },
      'text',
      { label: 'y', target: '203.0.113.9', user: 'mira' },
      { label: 'office', target: '203.0.113.8' },
    ];
    const first = await send(entries);
    expect(first.status).toBe(200);
    const refused = (at: number, code: string, detail: RegExp): unknown => ({
      at,
      outcome: 'refused',
      code,
      detail: expect.stringMatching(detail),
    });
    const rest = [
      refused(2, 'address-refused', /everybody/),
      refused(3, 'invalid', /target must be a host/),
      refused(4, 'invalid', /JSON object/),
      refused(5, 'invalid', /user is not known; known are label/),
      refused(6, 'conflict', /another target and list of services/),
    ];
    const [one, two] = [0, 1].map((at) => ({ at, outcome: 'added' }));
    expect(first.body).toEqual({ added: 2, present: 0, refused: 5, items: [one, two, ...rest] });
    const again = await send(entries);
    const [there, too] = [0, 1].map((at) => ({ at, outcome: 'present' }));
    expect(again.body).toEqual({ added: 0, present: 2, refused: 5, items: [there, too, ...rest] });
    expect((await admin('GET', '/v1/entries/batch')).body['target']).toBe('198.51.100.0/24');
    const rows = await house.stores.audit.list({ kind: 'entry-added', limit: 9 });
    expect(rows.map(({ actor, detail }) => [actor, detail?.['label']])).toEqual([
      ['token:ops', 'batch'],
      ['token:ops', 'office'],
    ]);
  });

  it('may be larger than other bodies, up to a thousand and a MiB', async () => {
    const entries = Array.from({ length: 1000 }, (_, n) => ({
      label: `n${n}`,
      target: `198.51.${n >> 8}.${n & 255}`,
      note: 'x'.repeat(200),
    }));
    // these rules have room for a hundred
    expect((await send(entries)).body).toMatchObject({ added: 100, refused: 900 });
    expect(await send([...entries, entries[0]])).toMatchObject({ status: 400 });
    expect(await send([])).toMatchObject({ status: 400 });
    expect((await send('all')).text).toMatch(/must be a list of 1 to 1000 entries/);
    const huge = await send([{ label: 'x', target: '203.0.113.7', note: 'x'.repeat(1 << 20) }]);
    expect([huge.status, huge.text]).toEqual([413, expect.stringMatching(/At most 1024 KiB/)]);
    const one = { label: 'x', target: '203.0.113.7', note: 'x'.repeat(70_000) };
    const single = await admin('POST', '/v1/entries', one);
    expect([single.status, single.text]).toEqual([413, expect.stringMatching(/At most 64 KiB/)]);
  });

  it('is for administrators alone', async () => {
    const entries = [{ label: 'x', target: '203.0.113.7' }];
    expect((await send(entries, house.auditor)).status).toBe(403);
    expect(await house.stores.entries.count()).toBe(0);
  });
});

it('the catalogue is dated, and has names that can be let in', async () => {
  const { body } = await admin('GET', '/v1/catalogue');
  expect(body['asOf']).toMatch(/^20\d\d/);
  const names = (body['items'] as { names: string[] }[]).flatMap((provider) => provider.names);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    const made = await admin('POST', '/v1/entries', { label: name, target: name });
    expect([made.status, made.body['kind'], made.body['target']]).toEqual([201, 'name', name]);
  }
});
