import { expect, it } from 'vitest';
import { dryRunWarning, DryRunFirewall } from '../../src/firewall/dry-run.ts';
import type { Address } from '../../src/domain/address.ts';
import { contractLimits, firewallContract } from '../contract/firewall.ts';
import { standingContract, standingLimits } from '../contract/standing.ts';

firewallContract('DryRunFirewall', async () => {
  let now = 1_000_000;
  return {
    firewall: new DryRunFirewall(contractLimits, { now: () => now }, () => {}),
    warnings: ['This is a dry run: nothing is opened in any firewall.'],
    pass: async (seconds) => void (now += seconds * 1000),
    end: async () => {},
  };
});

it('opens no network where its limits say so', async () => {
  const limits = { ...contractLimits, networks: false };
  const firewall = new DryRunFirewall(limits, { now: () => 0 }, () => {});
  const services = [{ service: 'web', seconds: 60 }];
  const opened = firewall.open({ address: '2001:db8:0:1::/64' as Address, services });
  await expect(opened).rejects.toMatchObject({ code: 'firewall-refused' });
  expect(await firewall.limits()).toEqual({ ...limits, warnings: [dryRunWarning] });
});

it('says what it would do', async () => {
  const said: string[] = [];
  const firewall = new DryRunFirewall(contractLimits, { now: () => 0 }, (text) => said.push(text));
  const address = '203.0.113.7' as Address;
  await firewall.open({ address, services: [{ service: 'web', seconds: 60 }] });
  await firewall.close(address);
  expect(said).toEqual(['would open 203.0.113.7: web for 60 s', 'would close 203.0.113.7']);
});

it('says which standing entries it would let in, and which not', async () => {
  const said: string[] = [];
  const limits = { ...contractLimits, standing: { most: 2, widest4: 16, widest6: 32 } };
  const firewall = new DryRunFirewall(limits, { now: () => 1_000_000 }, (text) => said.push(text));
  const one = { target: '203.0.113.7', services: ['web', 'sip'], until: null };
  const dated = { target: '2001:db8::/32', services: ['web'], until: 1_060_000 };
  const wrong = [
    { ...one, target: '198.0.0.0/8' },
    { ...one, target: '2001::/16' },
    { ...one, target: 'somewhere' },
    { ...one, services: ['gopher'] },
    { ...one, services: [] },
    { ...dated, until: 0 },
    { ...dated, until: 500_000_000_000 },
  ];
  const done = await firewall.stand([...wrong, one, dated, { ...one, target: '203.0.113.8' }]);
  expect([done.added, done.removed]).toEqual([2, 0]);
  expect(done.failed.map(({ target }) => target)).toEqual([
    ...wrong.map(({ target }) => target),
    '203.0.113.8',
  ]);
  expect(await firewall.stand([one, dated])).toEqual({ added: 0, removed: 0, failed: [] });
  expect(await firewall.stand([one])).toEqual({ added: 0, removed: 1, failed: [] });
  expect(said).toEqual([
    'would let in standing: 203.0.113.7 sip,web 0',
    'would let in standing: 2001:db8::/32 web 1060',
    'would let in no more: 2001:db8::/32 web 1060',
  ]);
  expect(await firewall.list()).toEqual([]);
});

standingContract('DryRunFirewall', async () => {
  let now = 1_000_000_000_000;
  return {
    firewall: new DryRunFirewall(standingLimits, { now: () => now }, () => {}),
    pass: async (seconds) => void (now += seconds * 1000),
    now: () => now,
    end: async () => {},
  };
});
