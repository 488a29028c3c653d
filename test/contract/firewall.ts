import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import type { Address } from '../../src/domain/address.ts';
import type { Opening } from '../../src/domain/grant.ts';
import type { Firewall } from '../../src/domain/ports.ts';

/** The limits that every firewall under this contract is made with. */
export const contractLimits = {
  services: ['web', 'sip'],
  longest: 86_400,
  mostAddresses: 100,
  networks: true,
};

export interface FirewallUnderTest {
  readonly firewall: Firewall;
  /** Lets so many seconds pass. */
  readonly pass: (seconds: number) => Promise<void>;
  /** What it warns of from its start on. */
  readonly warnings?: readonly string[];
  readonly end: () => Promise<void>;
}

const address = (text: string): Address => text as Address;
const here = address('203.0.113.7');
const there = address('203.0.113.8');
const six = address('2001:db8:0:1::7');
const itsNetwork = address('2001:db8:0:1::/64');

function opening(at: Address, services: Record<string, number>): Opening {
  return {
    address: at,
    services: Object.entries(services).map(([service, seconds]) => ({ service, seconds })),
  };
}

/** What holds for every Firewall; `make` gives one with nothing open. */
export function firewallContract(name: string, make: () => Promise<FirewallUnderTest>): void {
  describe(`${name} as a Firewall`, () => {
    let test: FirewallUnderTest;
    let firewall: Firewall;
    beforeEach(async () => {
      test = await make();
      ({ firewall } = test);
    });
    afterEach(() => test.end());

    /** Address → service → seconds left, to the nearest ten: the kernel may round them down. */
    const open = async (): Promise<Record<string, Record<string, number>>> =>
      Object.fromEntries(
        (await firewall.list()).map(({ address: at, services }) => [
          at,
          Object.fromEntries(services.map((s) => [s.service, Math.round(s.seconds / 10) * 10])),
        ]),
      );

    it('tells its limits', async () => {
      const { details, guard, warnings, ...limits } = await firewall.limits();
      expect(limits).toEqual(contractLimits);
      expect(warnings).toEqual(test.warnings);
      // where there is one, it is armed in these tests
      expect(guard ?? 'on').toBe('on');
      // a dry run knows no ports; whoever knows them, knows those of every service
      if (details) expect(Object.keys(details)).toEqual(limits.services);
    });

    it('opens exactly what is asked, whatever was open before', async () => {
      await firewall.open(opening(here, { web: 100, sip: 200 }));
      expect(await open()).toEqual({ [here]: { web: 100, sip: 200 } });
      await firewall.open(opening(here, { web: 50 }));
      expect(await open()).toEqual({ [here]: { web: 50 } });
      await firewall.open(opening(here, { web: 500 }));
      expect(await open()).toEqual({ [here]: { web: 500 } });
    });

    it('opens for as long as the longest', async () => {
      await firewall.open(opening(here, { web: contractLimits.longest }));
      expect(await open()).toEqual({ [here]: { web: contractLimits.longest } });
    });

    it('counts no packets before any have come', async () => {
      await firewall.open(opening(here, { web: 100 }));
      expect((await firewall.list())[0]?.services[0]?.packets).toBe(0);
      for (const at of [here, there, six, itsNetwork])
        expect(await firewall.packetsFrom(at)).toBe(0);
      await expect(firewall.packetsFrom(address('127.0.0.1'))).rejects.toMatchObject({
        code: 'firewall-refused',
      });
    });

    it('holds an IPv6 host and its /64 side by side, and closes each by itself', async () => {
      await firewall.open(opening(six, { web: 100, sip: 200 }));
      await firewall.open(opening(itsNetwork, { web: 300 }));
      await firewall.open(opening(here, { web: 100 }));
      expect(await open()).toEqual({
        [six]: { web: 100, sip: 200 },
        [itsNetwork]: { web: 300 },
        [here]: { web: 100 },
      });
      await firewall.close(six);
      expect(await open()).toEqual({ [itsNetwork]: { web: 300 }, [here]: { web: 100 } });
      await firewall.open(opening(six, { sip: 100 }));
      await firewall.close(itsNetwork);
      expect(await open()).toEqual({ [six]: { sip: 100 }, [here]: { web: 100 } });
    });

    it.each([
      '2001:db8::1',
      '2001:db8:0:1:0:1:0:1',
      '2001:db8::1:0:0:1',
      '2001:db8:1::',
      'fd00::/64',
    ])('lists %s as it was asked for', async (text) => {
      await firewall.open(opening(address(text), { web: 100 }));
      expect(await open()).toEqual({ [text]: { web: 100 } });
      const again = await firewall.sync([opening(address(text), { web: 100 })]);
      expect(again).toEqual({ opened: [], closed: [], failed: [] });
    });

    it('closes one address and leaves the others', async () => {
      await firewall.open(opening(here, { web: 100 }));
      await firewall.open(opening(there, { web: 100 }));
      await firewall.close(here);
      expect(await open()).toEqual({ [there]: { web: 100 } });
    });

    it('closes what is not open without an error', async () => {
      await expect(firewall.close(here)).resolves.toBeUndefined();
    });

    it('lists what was answered, also while lists of before are under way', async () => {
      for (let n = 1; n <= 5; n++) {
        const earlier = [firewall.list(), firewall.list()];
        await firewall.open(opening(here, { web: n * 100 }));
        expect(await open()).toEqual({ [here]: { web: n * 100 } });
        earlier.push(firewall.list());
        await firewall.sync([opening(there, { sip: 100 })]);
        expect(await open()).toEqual({ [there]: { sip: 100 } });
        earlier.push(firewall.list());
        await firewall.close(there);
        expect(await open()).toEqual({});
        await Promise.all(earlier);
      }
    });

    it('forgets each service when its time is up', async () => {
      await firewall.open(opening(here, { web: 1, sip: 100 }));
      await firewall.open(opening(there, { web: 1 }));
      await test.pass(1.2);
      expect(Object.keys(await open())).toEqual([here]);
      expect(Object.keys((await open())[here] ?? {})).toEqual(['sip']);
    });

    it.each([
      ['an unknown service', opening(here, { ssh: 10 })],
      ['no service', opening(here, {})],
      ['more than the longest', opening(here, { web: 86_401 })],
      ['less than a second', opening(here, { web: 0.5 })],
      ['no number of seconds', opening(here, { web: Number.NaN })],
      ['an address that cannot be', opening(address('127.0.0.1'), { web: 10 })],
      ['an address wider than a host', opening(address('203.0.113.0/24'), { web: 10 })],
      ['a network wider than a /64', opening(address('2001:db8::/48'), { web: 10 })],
      ['IPv6 in another form', opening(address('2001:DB8::7'), { web: 10 })],
      ['IPv6 that ends at the link', opening(address('fe80::7'), { web: 10 })],
    ])('refuses %s and changes nothing', async (_what, asked) => {
      await firewall.open(opening(there, { web: 100 }));
      const refusal: unknown = await firewall.open(asked).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(AccessError);
      expect((refusal as AccessError).code).toBe('firewall-refused');
      expect(await open()).toEqual({ [there]: { web: 100 } });
    });

    it('refuses one address more than the most, and takes it when another has gone', async () => {
      const many = Array.from({ length: 100 }, (_, n) =>
        opening(address(`198.18.0.${n}`), { web: 100 }),
      );
      await firewall.sync(many);
      await expect(firewall.open(opening(here, { sip: 10 }))).rejects.toThrow(/100 addresses/);
      await firewall.open(opening(address('198.18.0.5'), { sip: 10 })); // open already: renewing fits
      await firewall.close(address('198.18.0.1'));
      await firewall.open(opening(here, { sip: 10 }));
      expect((await firewall.list()).length).toBe(100);
    });

    describe('recordings', () => {
      it('record the ports that were asked for, or one by chance', async () => {
        const asked = await firewall.record([233, 245, 478], 60);
        expect(asked.ports).toEqual([233, 245, 478]);
        const chosen = await firewall.record('any', 120);
        expect(chosen.ports).toHaveLength(1);
        expect(chosen.ports[0]).toBeGreaterThanOrEqual(49_152);
        const nobody = { sightings: [], strayNetworks: 0 };
        expect([await asked.seen(), await chosen.seen()]).toEqual([nobody, nobody]);
        await Promise.all([asked.stop(), chosen.stop()]);
        await asked.stop();
      });

      it.each<[string, readonly number[] | 'any', number]>([
        ['no port', [], 60],
        ['four ports', [1001, 1002, 1003, 1004], 60],
        ['a port twice', [1001, 1001], 60],
        ['port 0', [0], 60],
        ['port 65536', [65_536], 60],
        ['half a port', [1001.5], 60],
        ['no time', 'any', 0],
        ['more than two minutes', [1001], 121],
        ['no number of seconds', 'any', Number.NaN],
      ])('refuse %s', async (_what, ports, seconds) => {
        await expect(firewall.record(ports, seconds)).rejects.toMatchObject({
          code: 'firewall-refused',
        });
      });
    });

    describe('sync', () => {
      it('takes hosts and networks of both families alike', async () => {
        await firewall.open(opening(six, { web: 100 }));
        const wanted = [opening(here, { web: 100 }), opening(itsNetwork, { sip: 100 })];
        const report = await firewall.sync(wanted);
        expect([...report.opened].sort()).toEqual([itsNetwork, here]);
        expect([report.closed, report.failed]).toEqual([[six], []]);
        expect(await open()).toEqual({ [here]: { web: 100 }, [itsNetwork]: { sip: 100 } });
      });

      it('opens, closes, lengthens, shortens, and says so', async () => {
        await firewall.open(opening(address('198.18.0.1'), { web: 100 })); // unwanted
        await firewall.open(opening(address('198.18.0.2'), { web: 100 })); // too short
        await firewall.open(opening(address('198.18.0.3'), { web: 900 })); // too long
        await firewall.open(opening(address('198.18.0.4'), { web: 100 })); // wrong service
        await firewall.open(opening(address('198.18.0.5'), { web: 100 })); // right
        const report = await firewall.sync([
          opening(address('198.18.0.2'), { web: 500 }),
          opening(address('198.18.0.3'), { web: 100 }),
          opening(address('198.18.0.4'), { sip: 100 }),
          opening(address('198.18.0.5'), { web: 102 }),
          opening(address('198.18.0.6'), { web: 100, sip: 50 }),
        ]);
        expect([...report.opened].sort()).toEqual([2, 3, 4, 6].map((n) => `198.18.0.${n}`));
        expect(report.closed).toEqual(['198.18.0.1']);
        expect(report.failed).toEqual([]);
        expect(await open()).toEqual({
          '198.18.0.2': { web: 500 },
          '198.18.0.3': { web: 100 },
          '198.18.0.4': { sip: 100 },
          '198.18.0.5': { web: 100 },
          '198.18.0.6': { web: 100, sip: 50 },
        });
      });

      it('touches nothing when all is right', async () => {
        await firewall.sync([opening(here, { web: 100 })]);
        const again = await firewall.sync([opening(here, { web: 100 })]);
        expect(again).toEqual({ opened: [], closed: [], failed: [] });
      });

      it('reports a faulty entry and carries out the others', async () => {
        const report = await firewall.sync([
          opening(address('127.0.0.1'), { web: 100 }),
          opening(here, { web: 100 }),
          opening(here, { web: 200 }),
          opening(there, { ssh: 100 }),
        ]);
        expect(report.opened).toEqual([here]);
        expect(report.failed.map((failure) => failure.address)).toEqual(['127.0.0.1', here, there]);
        expect(await open()).toEqual({ [here]: { web: 100 } });
      });

      it('lets a faulty service take no other of the same address with it', async () => {
        const report = await firewall.sync([opening(here, { web: 100, gopher: 100, ssh: 0.4 })]);
        expect(report.opened).toEqual([here]);
        expect(report.failed.map((failure) => failure.address)).toEqual([here, here]);
        expect(await open()).toEqual({ [here]: { web: 100 } });
      });

      it('opens no more than the most', async () => {
        const many = Array.from({ length: 103 }, (_, n) =>
          opening(address(`198.18.0.${n}`), { web: 100 }),
        );
        const report = await firewall.sync(many);
        expect(report.opened.length).toBe(100);
        expect(report.failed.length).toBe(3);
      });

      it('replaces all of a full gate at once', async () => {
        const block = (third: number): Opening[] =>
          Array.from({ length: 100 }, (_, n) =>
            opening(address(`198.18.${third}.${n}`), { web: 100 }),
          );
        await firewall.sync(block(1));
        const report = await firewall.sync(block(2));
        expect([report.opened.length, report.closed.length, report.failed]).toEqual([100, 100, []]);
      });
    });
  });
}
