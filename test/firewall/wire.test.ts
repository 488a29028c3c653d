import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../src/firewall/wire-compare.ts';
import { LineReader, type Line } from '../../src/firewall/wire-lines.ts';
import { parseRequest } from '../../src/firewall/wire-request.ts';
import { networkOf } from '../../src/firewall/wire-address.ts';
import {
  checkAddress,
  checkOpening,
  networksFault,
  Refused,
  sortOpenings,
} from '../../src/firewall/wire-rules.ts';
import { parseAddress, sixtyFourOf, type Address } from '../../src/domain/address.ts';
import { fc } from '../property.ts';

const limits = { services: ['web', 'sip'], longest: 3600, mostAddresses: 10, networks: true };

function read(chunks: readonly Uint8Array[], longest = 40): Line[] {
  const reader = new LineReader(longest);
  return chunks.flatMap((chunk) => reader.feed(Buffer.from(chunk)));
}

describe('LineReader', () => {
  // newlines are rare among random bytes, and the cap is of interest
  const bytes = fc.array(
    fc.oneof({ weight: 1, arbitrary: fc.constant(10) }, { weight: 9, arbitrary: fc.nat(255) }),
    { maxLength: 300 },
  );

  it('reads the same however the bytes are cut', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(300), { maxLength: 20 }), (all, cuts) => {
        const whole = Uint8Array.from(all);
        const places = [...cuts.filter((c) => c <= whole.length), 0, whole.length];
        places.sort((a, b) => a - b);
        const chunks = places.slice(1).map((to, at) => whole.subarray(places[at], to));
        expect(read(chunks)).toEqual(read([whole]));
      }),
    );
  });

  it('reports an over-long line once, and reads the next', () => {
    const lines = read([
      Buffer.from('x'.repeat(25)),
      Buffer.from('x'.repeat(25)),
      Buffer.from('\nok\n'),
    ]);
    expect(lines).toEqual([{ fault: 'too-long', message: expect.any(String) }, { text: 'ok' }]);
  });

  it('keeps no more than a line', () => {
    const reader = new LineReader(10);
    expect(reader.feed(Buffer.from('half'))).toEqual([]);
    expect(reader.midLine).toBe(true);
    expect(reader.feed(Buffer.from('\n'))).toEqual([{ text: 'half' }]);
    expect(reader.midLine).toBe(false);
  });
});

describe('parseRequest', () => {
  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseRequest(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseRequest(text)));
  });

  it('gives back exactly the requests that it takes', () => {
    const opening = fc.record({
      address: fc.string(),
      services: fc.array(
        fc.record({
          service: fc.string(),
          seconds: fc.double({ noNaN: true, noDefaultInfinity: true }),
        }),
      ),
    });
    const request = fc.oneof(
      fc.record({ id: fc.nat(), verb: fc.constantFrom('list', 'limits', 'ping', 'standing') }),
      fc.record({
        id: fc.nat(),
        verb: fc.constantFrom('close', 'packets'),
        address: fc.string(),
      }),
      fc.record({
        id: fc.nat(),
        verb: fc.constant('record'),
        ports: fc.oneof(fc.constant('any'), fc.array(fc.integer())),
        seconds: fc.integer(),
      }),
      fc.record({
        id: fc.nat(),
        verb: fc.constantFrom('recorded', 'unrecord'),
        recording: fc.string(),
      }),
      fc.record({
        id: fc.nat(),
        verb: fc.constant('stand'),
        digest: fc.string(),
        part: fc.integer(),
        parts: fc.integer(),
        entries: fc.array(fc.string()),
      }),
      fc.tuple(fc.nat(), opening).map(([id, rest]) => ({ id, verb: 'open', ...rest })),
      fc.record({ id: fc.nat(), verb: fc.constant('sync'), openings: fc.array(opening) }),
    );
    fc.assert(
      fc.property(request, (asked) => {
        const text = JSON.stringify(asked);
        expect(parseRequest(text)).toEqual({ request: JSON.parse(text) });
        const more = JSON.stringify({ ...asked, more: 1 });
        expect(parseRequest(more)).toMatchObject({ id: asked.id, error: { code: 'malformed' } });
      }),
    );
  });

  it.each([
    ['nonsense', 'malformed', null],
    ['[]', 'malformed', null],
    ['{"verb":"list"}', 'malformed', null],
    ['{"id":-1,"verb":"list"}', 'malformed', null],
    ['{"id":1}', 'malformed', 1],
    ['{"id":1,"verb":"flush"}', 'unknown-verb', 1],
    ['{"id":1,"verb":"close"}', 'malformed', 1],
    ['{"id":1,"verb":"close","address":7}', 'malformed', 1],
    ['{"id":1,"verb":"open","address":"203.0.113.7","services":["web"]}', 'malformed', 1],
    [
      '{"id":1,"verb":"open","address":"a","services":[{"service":"web","seconds":"9"}]}',
      'malformed',
      1,
    ],
    ['{"id":1,"verb":"sync","openings":{}}', 'malformed', 1],
    ['{"id":1,"verb":"record","ports":"all","seconds":60}', 'malformed', 1],
    ['{"id":1,"verb":"record","ports":["80"],"seconds":60}', 'malformed', 1],
    ['{"id":1,"verb":"record","ports":"any"}', 'malformed', 1],
    ['{"id":1,"verb":"recorded","recording":7}', 'malformed', 1],
    ['{"id":1,"verb":"standing","digest":"a"}', 'malformed', 1],
    ['{"id":1,"verb":"stand","digest":"a","part":0,"parts":1}', 'malformed', 1],
    ['{"id":1,"verb":"stand","digest":"a","part":0,"parts":1,"entries":[1]}', 'malformed', 1],
    ['{"id":1,"verb":"stand","digest":7,"part":0,"parts":1,"entries":[]}', 'malformed', 1],
  ])('refuses %s', (text, code, id) => {
    expect(parseRequest(text)).toMatchObject({ id, error: { code } });
  });
});

describe('rules', () => {
  it('takes an address only in its canonical form', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let taken = true;
        try {
          checkAddress(text);
        } catch {
          taken = false;
        }
        expect(taken).toBe(false); // random text is no address
      }),
    );
    for (const text of [
      '203.0.113.07',
      '203.0.113',
      '203.0.113.7/32',
      '203.0.113.256',
      ' 203.0.113.7',
      '203.0.113.7\n',
      '0.1.2.3',
      '127.0.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '203.0.113.7 ; flush ruleset',
      '２０３.0.113.7',
      '1e2.0.0.1',
    ]) {
      expect(() => checkAddress(text), text).toThrow();
    }
    expect(() => checkAddress('203.0.113.7')).not.toThrow();
  });

  it.each([
    '2001:db8::1',
    '2001:db8:0:1::/64',
    '2001:db8::/64',
    '2001:0:0:1::1',
    'fd00::1',
    '2001:db8:0:1:1:1:1:1',
    '2001:db8::',
  ])('takes %s', (text) => {
    expect(() => checkAddress(text)).not.toThrow();
  });

  it.each([
    '::',
    '::1',
    '::/64',
    '::ffff:203.0.113.7',
    '::ffff:cb00:7107',
    '::203.0.113.7',
    'fe80::1',
    'fe80::/64',
    'fec0::1',
    'ff02::1',
    '2001:DB8::1',
    '2001:db8::01',
    '2001:db8:0:0:0:0:0:1',
    '2001:db8:1:1:1:1::1',
    '2001::db8::1',
    '2001:db8:::1',
    ':2001:db8::1',
    '2001:db8::1%eth0',
    '2001:db8::1/64',
    '2001:db8::/63',
    '2001:db8::/65',
    '2001:db8::/128',
    '2001:db8::/64/64',
    '2001:db8:0:1::1/64',
    '2001:db8::1 }; flush ruleset; #',
    '2001:db8::1\n',
    '/64',
    ':/64',
  ])('refuses %j', (text) => {
    expect(() => checkAddress(text)).toThrow(Refused);
  });

  it('agrees with the app about every IPv6 address that both could mean', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const host = new URL(`http://[${groups.map((g) => g.toString(16)).join(':')}]`).hostname;
        const text = host.slice(1, -1); // the WHATWG's serialiser is RFC 5952's
        expect(parseAddress(text)).toBe(text);
        if ((groups[0] ?? 0) > 0 && (groups[0] ?? 0) < 0xfe80) {
          expect(() => checkAddress(text)).not.toThrow();
          const network = sixtyFourOf(text as Address);
          expect(() => checkAddress(network)).not.toThrow();
          const wide = [...groups.slice(0, 3), 0, 0, 0, 0, 0].map((g) => g.toString(16));
          expect(networkOf(text)).toBe(new URL(`http://[${wide.join(':')}]`).hostname.slice(1, -1));
        }
      }),
    );
  });

  it.each([
    ['203.0.113.7', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['2001:db8::6', '2001:db8::'],
    ['2001:0:0:1::6', '2001::'],
    ['2001:0:1::6', '2001:0:1::'],
  ])('knows the network of %s', (host, network) => {
    expect(networkOf(host)).toBe(network);
  });

  it('opens no network of 64 bits where it may not, and says what to set', () => {
    const single = { ...limits, networks: false };
    const web = [{ service: 'web', seconds: 5 }];
    const network = { address: '2001:db8:0:1::/64', services: web };
    const host = { address: '2001:db8:0:1::7', services: web };
    expect(() => checkOpening(network, single)).toThrow(/"networks": true/);
    expect(() => checkOpening(host, single)).not.toThrow();
    expect(() => checkOpening(network, limits)).not.toThrow();
    expect(sortOpenings([network, host], single)).toMatchObject({
      good: [host],
      failed: [{ address: network.address, reason: expect.stringMatching(/"networks": true/) }],
    });
    expect(networksFault(single)).toMatch(/as a \/64: .*"networks": true/);
    expect(networksFault(limits)).toBeUndefined();
  });

  it('refuses a service twice, and every time that is no time', () => {
    const web = (seconds: number) => ({ service: 'web', seconds });
    const address = '203.0.113.7';
    expect(() => checkOpening({ address, services: [web(5), web(5)] }, limits)).toThrow(/twice/);
    for (const seconds of [0, -1, 0.99, 3600.1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => checkOpening({ address, services: [web(seconds)] }, limits)).toThrow(
        /may be opened for/,
      );
    }
    expect(() => checkOpening({ address, services: [web(3600)] }, limits)).not.toThrow();
  });
});

describe('changesBetween', () => {
  const openings = fc.uniqueArray(
    fc.record({
      address: fc.constantFrom('a', 'b', 'c'),
      services: fc.uniqueArray(
        fc.record({
          service: fc.constantFrom('web', 'sip'),
          seconds: fc.integer({ min: 1, max: 30 }),
        }),
        { selector: (s) => s.service, minLength: 1 },
      ),
    }),
    { selector: (o) => o.address },
  );

  it('finds nothing to do between equals, and everything otherwise', () => {
    fc.assert(
      fc.property(openings, openings, (current, desired) => {
        expect(changesBetween(current, current)).toEqual([]);
        // carried out, they leave nothing to do
        const after = new Map<string, Map<string, { service: string; seconds: number }>>(
          current.map((o) => [o.address, new Map(o.services.map((s) => [s.service, s]))]),
        );
        for (const change of changesBetween(current, desired)) {
          const services =
            after.get(change.address) ?? new Map<string, { service: string; seconds: number }>();
          for (const name of change.shut) services.delete(name);
          for (const service of change.open) services.set(service.service, service);
          after.set(change.address, services);
        }
        const result = [...after]
          .map(([address, services]) => ({ address, services: [...services.values()] }))
          .filter(({ services }) => services.length > 0);
        expect(changesBetween(result, desired)).toEqual([]);
      }),
    );
  });
});
