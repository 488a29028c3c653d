import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { judge } from '../../src/access/pairing.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import { parseAddress, type Address } from '../../src/domain/address.ts';
import type { Sighting } from '../../src/domain/ports.ts';
import { answering, good, here, house } from './house.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const port = 50_123;
const there = parseAddress('203.0.113.66')!;
const six = parseAddress('2001:db8:1:2::7')!;

const sighting = (address: Address, rest: Partial<Sighting> = {}): Sighting => ({
  address,
  ports: [port],
  packets: 1,
  sweeper: false,
  ...rest,
});

/** Nobody comes before the prompt can have been understood. */
const later =
  (seen: readonly Sighting[], after = 4) =>
  (seconds: number): readonly Sighting[] =>
    seconds < after ? [] : seen;

const pairing = { ...good, 'address-or-pair': '0#' };

test('the one who comes is read back, confirmed and let in', async () => {
  const it = await house();
  it.firewall.sightings = (seconds) => (seconds < 10 ? [] : [sighting(here)]);
  const { line } = await it.phone(answering({ ...pairing, paired: '1', menu: '9' }));
  expect(line.said.slice(4)).toEqual([
    'server-address',
    'pair-port',
    'paired',
    'opened',
    'server-address',
    'menu',
    'goodbye',
  ]);
  expect(it.rendered.find((p) => p.name === 'pair-port')).toMatchObject({ port });
  expect(await it.open()).toEqual([here]);
  expect(it.firewall.recordings).toEqual([{ ports: [port], open: false }]);
  const kinds = (await it.stores.audit.list({ limit: 20 })).map(({ kind }) => kind);
  expect(kinds).toContain('pairing-began');
  expect(kinds).toContain('pairing-ended');
});

test('the sighting cuts the waiting short', async () => {
  const it = await house();
  it.firewall.sightings = (seconds) => (seconds < 3 ? [] : [sighting(here)]);
  const { line } = await it.phone(answering({ ...pairing, paired: '1', menu: '9' }));
  expect(line.said).not.toContain('pair-waiting');
});

test('nobody comes', async () => {
  const it = await house();
  const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0#'] }));
  expect(line.said).toContain('pair-waiting');
  expect(line.said).toContain('pair-none');
  // and the address can still be keyed
  expect(line.said.filter((name) => name === 'address-or-pair').length).toBeGreaterThan(1);
  expect(it.firewall.recordings).toEqual([{ ports: [port], open: false }]);
});

test('several come: nobody is offered', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(here, { packets: 3 }), sighting(there, { packets: 3 })]);
  const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0#'] }));
  expect(line.said).toContain('pair-several');
  expect(line.said).not.toContain('paired');
  expect(await it.open()).toEqual([]);
});

test('a sweeper is never offered', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(there, { sweeper: true, packets: 9 })]);
  const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0#'] }));
  expect(line.said).not.toContain('paired');
  expect(line.said).toContain('pair-none');
});

test('a second one who comes a moment later is not overlooked', async () => {
  const it = await house();
  it.firewall.sightings = (seconds) =>
    seconds < 3
      ? []
      : seconds < 4
        ? [sighting(there, { packets: 2 })]
        : [sighting(there, { packets: 2 }), sighting(here, { packets: 2 })];
  const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0#'] }));
  expect(line.said).not.toContain('paired');
});

test('whoever was there before the port was spoken is not the traveller', async () => {
  const it = await house();
  it.firewall.sightings = (seconds) => [
    sighting(there, { packets: 9 }),
    ...(seconds < 8 ? [] : [sighting(here)]),
  ];
  await it.phone(answering({ ...pairing, paired: '1', menu: '9' }));
  expect(await it.open()).toEqual([here]);
});

test('when other ports are tried from several networks, nobody is offered', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(there, { packets: 2 })]);
  it.firewall.strayNetworks = 2;
  const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0#'] }));
  expect(line.said).toContain('pair-several');
  expect(line.said).not.toContain('paired');
});

test('a key from before the offer could be heard does not open it', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(there)]);
  const stop = it.firewall.record.bind(it.firewall);
  const phoned = it.phone((prompt, caller, heard) => {
    answering({ ...good, 'address-or-pair': ['0#'] })(prompt, caller, heard);
    if (prompt !== 'pair-port') return;
    vi.spyOn(it.firewall, 'record').mockImplementation(stop);
    // in the gap between the sighting and its offer
    const audit = it.stores.audit.append.bind(it.stores.audit);
    vi.spyOn(it.stores.audit, 'append').mockImplementation(async (entry) => {
      if (entry.kind === 'pairing-ended') caller.key('1');
      return audit(entry);
    });
  });
  const { line } = await phoned;
  expect(line.said).toContain('paired');
  expect(await it.open()).toEqual([]);
});

test('keys that follow one another from before the offer do not open it, however long they go on', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(there)]);
  const { line } = await it.phone((prompt, caller, heard) => {
    answering({ ...good, 'address-or-pair': ['0#'] })(prompt, caller, heard);
    if (prompt !== 'paired' || heard > 1) return;
    for (let at = 300; at < 2500; at += 300) setTimeout(() => caller.key('1'), at);
  });
  expect(line.said).toContain('paired');
  expect(line.cutShort).not.toContain('paired');
  expect(await it.open()).toEqual([]);
});

test('a second offer is not agreed to ahead', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(here), sighting(six)]);
  const { line } = await it.phone(
    answering({ ...good, 'address-or-pair': ['0#'], paired: ['21'] }),
  );
  expect(line.said.filter((name) => name === 'paired').length).toBeGreaterThan(1);
  expect(await it.open()).toEqual([]);
});

test('by both families: each is offered, IPv6 as its network where the site wants that', async () => {
  const it = await house({ pairing: 'network' });
  it.firewall.sightings = later([sighting(here), sighting(six)]);
  await it.phone(answering({ ...pairing, paired: ['1'], menu: '9' }));
  expect(await it.open()).toEqual(['2001:db8:1:2::/64']);
  const again = await house();
  again.firewall.sightings = later([sighting(here), sighting(six)]);
  await again.phone(answering({ ...pairing, paired: ['2', '1'], menu: '9' }));
  expect(await again.open()).toEqual([here]);
});

test('2 says that it is not I; nothing is opened', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(there)]);
  await it.phone(answering({ ...good, 'address-or-pair': ['0#'], paired: '2' }));
  expect(await it.open()).toEqual([]);
});

test('a star ends the waiting and the window', async () => {
  const it = await house();
  const { line } = await it.phone(
    answering({
      ...good,
      'address-or-pair': ['0#', '203*0*113*7#'],
      'pair-port': '*',
      'read-back': '1',
      menu: '9',
    }),
  );
  expect(line.said).not.toContain('pair-none');
  expect(await it.open()).toEqual([here]);
  expect(it.firewall.recordings[0]?.open).toBe(false);
});

test('the three numbers of the knock code may be the ports', async () => {
  const it = await house({ user: { pairing: 'knock-code' } });
  it.firewall.sightings = later([sighting(here, { ports: [478, 233, 245] })]);
  const began = Date.now();
  const { line } = await it.phone(answering({ ...pairing, paired: '1', menu: '9' }));
  expect(line.said).toContain('pair-knock');
  // somebody may have overheard them: others get time to come, too
  expect(line.said.filter((name) => name === 'pair-waiting')).not.toEqual([]);
  expect(Date.now() - began).toBeGreaterThan(30_000);
  expect(it.firewall.recordings).toEqual([{ ports: [233, 245, 478], open: false }]);
  expect(await it.open()).toEqual([here]);
});

test('a paired address that may not be opened is refused like any other', async () => {
  const it = await house();
  it.firewall.sightings = later([sighting(parseAddress('10.0.0.9')!)]);
  const { line } = await it.phone(answering({ ...good, 'address-or-pair': ['0#'], paired: '1' }));
  expect(line.said).toContain('address-private');
  expect(await it.open()).toEqual([]);
});

test('where the guard cannot record, that is said, and the address can be keyed', async () => {
  const it = await house();
  vi.spyOn(it.firewall, 'record').mockRejectedValue(
    new AccessError('firewall-refused', 'A service has that port.'),
  );
  const { line } = await it.phone(
    answering({ ...good, 'address-or-pair': ['0#', '203*0*113*7#'], 'read-back': '1', menu: '9' }),
  );
  expect(line.said).toContain('pair-unavailable');
  expect(await it.open()).toEqual([here]);
});

test.each(['pair-port', 'paired'])('hanging up at %s closes the window', async (at) => {
  const it = await house();
  if (at === 'paired') it.firewall.sightings = later([sighting(here)]);
  const { call } = await it.phone((prompt, caller, heard) => {
    if (prompt === at) void caller.hangUp();
    else answering(pairing)(prompt, caller, heard);
  });
  expect(it.firewall.recordings).toEqual([{ ports: [port], open: false }]);
  expect(await it.open()).toEqual([]);
  expect(call?.outcome).toBe('abandoned');
  expect(it.faults).toEqual([]);
});

describe('who may be offered', () => {
  const found = (...addresses: Address[]) => ({ kind: 'found', addresses });

  test.each([
    ['nobody came', [], { kind: 'none' }],
    ['one packet will do when nobody else came', [sighting(here)], found(here)],
    [
      'forged senders who come once stand back before one who comes again',
      [
        sighting(here, { packets: 2 }),
        ...Array.from({ length: 50 }, (_, n) => sighting(parseAddress(`198.51.100.${n + 1}`)!)),
      ],
      found(here),
    ],
    [
      'two who come again are several',
      [sighting(here, { packets: 2 }), sighting(there, { packets: 2 })],
      { kind: 'several' },
    ],
    ['several who came once are several', [sighting(here), sighting(there)], { kind: 'several' }],
    [
      'a sweeper hides nobody',
      [sighting(here), sighting(there, { sweeper: true, packets: 99 })],
      found(here),
    ],
    ['each family by itself', [sighting(here), sighting(six)], found(six, here)],
  ] as const)('%s', (_, seen, verdict) => {
    expect(judge(seen, [port])).toEqual(verdict);
  });

  test('all the ports must have been tried', () => {
    const ports = [1001, 1002, 1003];
    expect(judge([sighting(here, { ports: [1001, 1003] })], ports)).toEqual({ kind: 'none' });
    expect(judge([sighting(here, { ports })], ports)).toEqual(found(here));
  });
});
