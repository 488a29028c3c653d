import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hostText, readNetwork } from '../../src/firewall/wire-network.ts';
import { checkStanding } from '../../src/firewall/wire-standing.ts';
import { disjoint, type Range } from '../../src/helper/nft/ranges.ts';
import { countChanges, differences } from '../../src/helper/standing/differences.ts';
import { hostEdits, stoodFor } from '../../src/helper/standing/host-edits.ts';
import { Transfer, type StandingList } from '../../src/helper/standing/transfer.ts';
import { standingLimits } from '../contract/standing.ts';
import { fc } from '../property.ts';

const now = 1_700_000_000;
const digestOf = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex');

describe('a list in parts', () => {
  function send(parts: readonly (readonly string[])[], digest = digestOf(parts.flat())) {
    const part = (at: number): Parameters<Transfer['take']>[0] => ({
      digest,
      part: at,
      parts: parts.length,
      entries: parts[at] ?? [],
    });
    const transfer = new Transfer(part(0), standingLimits, now);
    return parts.map((_, at) => transfer.take(part(at)));
  }
  const [a, b, c] = ['198.51.100.0/24 web 0', '203.0.113.7 sip,web 0', '203.0.113.8 web 0'];

  it('is whole with its last part', () => {
    const [first, second] = send([[a, b], [c]]) as [undefined, StandingList];
    expect(first).toBeUndefined();
    expect(second).toEqual({ digest: digestOf([a, b, c]), lines: [a, b, c], failed: [] });
    expect(send([[]])[0]?.lines).toEqual([]);
    expect(send([[], [a], [], [b]]).at(-1)?.lines).toEqual([a, b]);
  });

  it('keeps to the order, to its digest and to itself', () => {
    expect(() => send([[b, a]])).toThrow(/not in order/);
    expect(() => send([[a, a]])).toThrow(/twice/);
    expect(() => send([[b], [a]])).toThrow(/not in order/);
    expect(() => send([[a]], digestOf([b]))).toThrow(/digest/);
    expect(() => send([[a]], 'ABC')).toThrow(/digest/);
    const transfer = new Transfer(
      { digest: digestOf([a]), part: 0, parts: 2, entries: [a] },
      standingLimits,
      now,
    );
    const other = { digest: digestOf([b]), part: 0, parts: 2, entries: [b] };
    expect(() => transfer.take(other)).toThrow(/begin again/);
    expect(() => new Transfer({ ...other, parts: 0 }, standingLimits, now)).toThrow(/parts/);
    expect(() => new Transfer({ ...other, parts: 1.5 }, standingLimits, now)).toThrow(/parts/);
  });

  it.each([
    '203.0.113.7',
    '203.0.113.7 web',
    '203.0.113.7 web 0 0',
    '203.0.113.7 web -1',
    '203.0.113.7 web 00',
    '203.0.113.7 web 1e9',
    '203.0.113.7 sip,sip 0',
    '203.0.113.7 web,sip 0',
    '203.0.113.7 web, 0',
    '203.0.113.7/33 web 0',
    '203.0.113.7/031 web 0',
    '2001:db8::1/64 web 0',
    '2001:0db8::/32 web 0',
    'fe80::/64 web 0',
    '224.0.0.0/16 web 0',
    '203.0.113.7; flush ruleset web 0',
    '203.0.113.7} web 0',
    `203.0.113.7 ${'web,'.repeat(500)}web 0`,
  ])('has no line such as %s', (line) => {
    expect(() => checkStanding(line, standingLimits, now)).toThrow();
  });
});

describe('what differs between two lists', () => {
  const between = (before: string[], after: string[]): object[] =>
    [...differences(before.sort(), after.sort())].map(({ target, had, wanted }) => ({
      target,
      had: Object.fromEntries(had),
      wanted: Object.fromEntries(wanted),
    }));

  it('is told by target, however alike targets look', () => {
    expect(
      between(
        ['203.0.113.7 web 0', '203.0.113.70 web 0', '203.0.113.7/32 web 0'],
        ['203.0.113.7 sip 5', '203.0.113.7 web 0', '203.0.113.70 web 0'],
      ),
    ).toEqual([
      { target: '203.0.113.7', had: { web: 0 }, wanted: { sip: 5, web: 0 } },
      { target: '203.0.113.7/32', had: { web: 0 }, wanted: {} },
    ]);
  });

  it('of several lines for a service, counts the one that lasts longest', () => {
    expect(between([], ['203.0.113.7 sip,web 9', '203.0.113.7 web 10'])).toEqual([
      { target: '203.0.113.7', had: {}, wanted: { sip: 9, web: 10 } },
    ]);
    expect(between([], ['203.0.113.7 web 0', '203.0.113.7 web 10'])).toMatchObject([
      { wanted: { web: 0 } },
    ]);
  });

  it('carries one list over into the other, whatever they are', () => {
    const line = fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('sip', 'web', 'sip,web'))
      .map(([host, services]) => `203.0.113.${host} ${services} 0`);
    const lists = fc.uniqueArray(line).map((lines) => lines.sort());
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        const standsFor = (lines: string[]): Set<string> =>
          new Set(
            lines.flatMap((text) => {
              const [target = '', services = ''] = text.split(' ');
              return services.split(',').map((service) => `${service} ${target}`);
            }),
          );
        const stands = standsFor(before);
        for (const edit of hostEdits(differences(before, after), now, 3)) {
          for (const [service, gone] of edit.remove) {
            for (const host of gone) expect(stands.delete(`${service} ${host}`)).toBe(true);
          }
          for (const [service, some] of edit.add) {
            for (const { address } of some) stands.add(`${service} ${address}`);
          }
        }
        expect(stands).toEqual(standsFor(after));
        const { added, removed } = countChanges(before, after);
        expect(added).toBe(after.filter((text) => !before.includes(text)).length);
        expect(removed).toBe(before.filter((text) => !after.includes(text)).length);
      }),
    );
  });

  it('remembers who loses something, now or at a time that is known', () => {
    const edits = hostEdits(
      differences(
        ['203.0.113.1 web 0', '203.0.113.2 web 0', `203.0.113.3 sip ${now + 50}`],
        [
          '203.0.113.2 web 0',
          `203.0.113.3 sip ${now + 60}`,
          '203.0.113.4 web 0',
          `203.0.113.5 web ${now - 1}`,
        ],
      ),
      now,
    );
    expect([...edits].flatMap(({ stood }) => stood)).toEqual([
      { address: '203.0.113.1', seconds: stoodFor },
      { address: '203.0.113.3', seconds: 60 + stoodFor },
    ]);
  });
});

describe('networks inside networks', () => {
  const range = (text: string, seconds?: number): Range => {
    const network = readNetwork(text);
    if (!network) throw new Error(text);
    return { first: network.first, last: network.last, seconds };
  };
  const texts = (ranges: Range[]): string[] =>
    ranges.map(
      ({ first, last, seconds }) => `${hostText(first, 4)}-${hostText(last, 4)} ${seconds ?? '∞'}`,
    );

  it('become ranges beside one another, each for as long as its longest', () => {
    const inner = range('198.51.100.16/28', 100);
    expect(texts(disjoint([inner, range('198.51.100.0/24', 10)]))).toEqual([
      '198.51.100.0-198.51.100.15 10',
      '198.51.100.16-198.51.100.31 100',
      '198.51.100.32-198.51.100.255 10',
    ]);
    expect(texts(disjoint([inner, range('198.51.100.0/24')]))).toEqual([
      '198.51.100.0-198.51.100.255 ∞',
    ]);
  });

  it('never overlap, and cover each address for as long as it should be', () => {
    const network = fc
      .tuple(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 24, max: 32 }),
        fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      )
      .map(([host, prefix, seconds]) => {
        const first = host - (host % 2 ** (32 - prefix));
        return range(`198.51.100.${first}/${prefix}`, seconds);
      });
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), (networks) => {
        const ranges = disjoint(networks);
        const longest = (all: readonly Range[], host: bigint): number =>
          Math.max(
            0,
            ...all
              .filter(({ first, last }) => first <= host && host <= last)
              .map(({ seconds }) => seconds ?? Infinity),
          );
        const base = range('198.51.100.0/24').first;
        for (let host = base; host < base + 256n; host++) {
          expect(longest(ranges, host)).toBe(longest(networks, host));
        }
        for (const [at, { first, last }] of ranges.entries()) {
          expect(first <= last).toBe(true);
          expect(first > (ranges[at - 1]?.last ?? -1n)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are read and written in both families', () => {
    const six = readNetwork('2001:db8:1::/48');
    expect(six && hostText(six.last, 6)).toBe('2001:db8:1:ffff:ffff:ffff:ffff:ffff');
    expect(six && hostText(six.first, 6)).toBe('2001:db8:1::');
    expect(readNetwork('203.0.113.7/32')).toMatchObject({ prefix: 32 });
  });
});
