import { describe, expect, it } from 'vitest';
import { contains, parseCidr } from '../../src/helper/config/cidr.ts';
import { countStanding } from '../../src/helper/standing/count.ts';
import { missingIn } from '../../src/helper/standing/differences.ts';
import { LookUp } from '../../src/helper/standing/look-up.ts';
import { fc } from '../property.ts';

const targets = [
  '198.51.100.0/24',
  '198.51.100.0/25',
  '198.51.100.128/32',
  '198.51.100.128',
  '198.51.100.1',
  '2001:db8::/32',
  '2001:db8:0:1::/64',
  '2001:db8:0:1::7',
  '2001:db8::1:2:0:7',
  '203.0.113.7',
];
const asked = [
  ...targets.filter((target) => !target.endsWith('/32')),
  '198.51.100.129',
  '2001:db8:0:1::8',
  '192.0.2.1',
  '2001:db9::1',
];

const lines = fc
  .uniqueArray(
    fc
      .tuple(
        fc.constantFrom(...targets),
        fc.constantFrom('web', 'sip', 'sip,web'),
        fc.nat({ max: 2 }),
      )
      .map(([target, services, until]) => `${target} ${services} ${until}`),
    { maxLength: 30 },
  )
  .map((all) => all.toSorted());

describe('LookUp', () => {
  it('finds the longest of all entries that something lies in, as one who asks each of them', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom(...asked), (all, target) => {
        const its = parseCidr(target);
        const ends = all
          .map((line) => line.split(' ') as [string, string, string])
          .filter(([where, services]) => {
            const around = parseCidr(where);
            return its && around && contains(around, its) && services.split(',').includes('web');
          })
          .map(([, , until]) => Number(until));
        const longest = ends.includes(0) ? 0 : Math.max(...ends);
        expect(new LookUp(all).endOf(target, 'web')).toBe(ends.length > 0 ? longest : undefined);
      }),
    );
  });

  it('knows whether an entry lies in a /64', () => {
    const lookUp = new LookUp(['2001:db8:0:1::7 web 0', '2001:db8:0:2:8000::/65 web 0']);
    expect([1, 2, 3].map((n) => lookUp.reachesInto(`2001:db8:0:${n}::/64`))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

it('missingIn gives the lines of the first list that are not in the second', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      expect(missingIn(before, after)).toEqual(before.filter((line) => !after.includes(line)));
    }),
  );
});

it('countStanding counts targets that have not ended, each once', () => {
  const all = [
    '198.51.100.0/24 web 0',
    '203.0.113.7 sip,web 5',
    '203.0.113.7 web 20',
    '2001:db8::7 web 9',
  ];
  const counts = countStanding(all, 10, (service, family) => `${service}${family}`);
  expect([...counts]).toEqual([['web4', 2]]);
});
