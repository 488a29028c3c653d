import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Standing } from '../../src/domain/entry.ts';
import type { Firewall, StandReport } from '../../src/domain/ports.ts';
import { contractLimits, type FirewallUnderTest } from './firewall.ts';

/** The limits that every firewall under this contract is made with. */
export const standingLimits = {
  ...contractLimits,
  standing: { most: 20, widest4: 16, widest6: 32 },
};

const entry = (target: string, services = ['web'], until: number | null = null): Standing => ({
  target,
  services,
  until,
});

const day = 86_400_000;

/** What holds for every Firewall that keeps standing entries; `make` gives one with none. */
export function standingContract(
  name: string,
  make: () => Promise<FirewallUnderTest & { readonly now: () => number }>,
): void {
  describe(`${name} with standing entries`, () => {
    let test: FirewallUnderTest & { readonly now: () => number };
    let firewall: Firewall;
    beforeEach(async () => {
      test = await make();
      ({ firewall } = test);
    });
    afterEach(() => test.end());

    const counts = ({ added, removed, failed }: StandReport): [number, number, string[]] => [
      added,
      removed,
      failed.map(({ target }) => target),
    ];
    const stand = async (...entries: Standing[]): Promise<[number, number, string[]]> =>
      counts(await firewall.stand(entries));

    it('tells what may stand', async () => {
      expect((await firewall.limits()).standing).toEqual(standingLimits.standing);
    });

    it('makes them exactly these, in whatever order they come', async () => {
      const [one, two] = [entry('203.0.113.7'), entry('203.0.113.70', ['sip', 'web'])];
      const [three, four] = [entry('2001:db8::/32'), entry('198.51.100.0/24')];
      expect(await stand()).toEqual([0, 0, []]);
      expect(await stand(one, two, three)).toEqual([3, 0, []]);
      expect(await stand(three, entry('203.0.113.70', ['web', 'sip']), one)).toEqual([0, 0, []]);
      expect(await stand(three, four, one)).toEqual([1, 1, []]);
      expect(await stand(entry('203.0.113.7', ['sip']), three, four)).toEqual([1, 1, []]);
      expect(await stand()).toEqual([0, 3, []]);
    });

    it('takes hosts and networks of both families, for good or until a time', async () => {
      const until = test.now() + 3650 * day;
      const all = [
        '203.0.113.7',
        '2001:db8::7',
        '198.18.0.0/16',
        '2001:db8::/32',
        '2001:db8::/64',
      ].flatMap((target) => [entry(target), entry(target, ['sip'], until)]);
      expect(await stand(...all)).toEqual([10, 0, []]);
      expect(await stand(...all)).toEqual([0, 0, []]);
    });

    it('touches nothing that was opened, nor the other way round', async () => {
      const opening = {
        address: '203.0.113.7' as Address,
        services: [{ service: 'web', seconds: 100 }],
      };
      await firewall.open(opening);
      expect(await stand(entry('203.0.113.7'), entry('203.0.113.8'))).toEqual([2, 0, []]);
      expect((await firewall.list()).map(({ address }) => address)).toEqual(['203.0.113.7']);
      expect(await stand()).toEqual([0, 2, []]);
      expect((await firewall.list()).map(({ address }) => address)).toEqual(['203.0.113.7']);
      await stand(entry('203.0.113.7'));
      await firewall.sync([]);
      expect(await stand(entry('203.0.113.7'))).toEqual([0, 0, []]);
    });

    it.each<[string, Standing]>([
      ['a name', entry('pbx.example.net')],
      ['an address that cannot be', entry('127.0.0.1')],
      ['IPv6 in another form', entry('2001:DB8::7')],
      ['a network with host bits', entry('198.51.100.1/24')],
      ['a network wider than it may be', entry('198.0.0.0/15')],
      ['an IPv6 network wider than it may be', entry('2001::/31')],
      ['everything', entry('0.0.0.0/0')],
      ['a prefix that is none', entry('198.51.100.0/33')],
      ['an unknown service', entry('203.0.113.7', ['gopher'])],
      ['no service', entry('203.0.113.7', [])],
      ['a service twice', entry('203.0.113.7', ['web', 'web'])],
    ])('reports %s and carries out the others', async (_what, wrong) => {
      const good = entry('203.0.113.99');
      expect(await stand(wrong, good)).toEqual([1, 0, [wrong.target]]);
      // also when asked again: it is still at fault
      expect(await stand(good, wrong)).toEqual([0, 0, [wrong.target]]);
      expect(await stand(good)).toEqual([0, 0, []]);
    });

    it('reports what has ended, and what would end in over ten years', async () => {
      const over = entry('203.0.113.1', ['web'], test.now() - 1000);
      const late = entry('203.0.113.2', ['web'], test.now() + 3660 * day);
      expect(await stand(over, late, entry('203.0.113.3'))).toEqual([
        1,
        0,
        ['203.0.113.1', '203.0.113.2'],
      ]);
    });

    it('lets no more stand than there may, and takes others in their place', async () => {
      const many = Array.from({ length: 22 }, (_, n) => entry(`198.18.0.${n + 10}`));
      expect(await stand(...many)).toEqual([20, 0, ['198.18.0.30', '198.18.0.31']]);
      expect(await stand(...many.slice(0, 20), entry('203.0.113.7'))).toEqual([
        0,
        0,
        ['203.0.113.7'],
      ]);
      expect(await stand(...many.slice(2, 21), entry('203.0.113.7'))).toEqual([2, 2, []]);
    });
  });
}
