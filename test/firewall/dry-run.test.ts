import { expect, it } from 'vitest';
import { DryRunFirewall } from '../../src/firewall/dry-run.ts';
import type { Address } from '../../src/domain/address.ts';
import { contractLimits, firewallContract } from '../contract/firewall.ts';

firewallContract('DryRunFirewall', async () => {
  let now = 1_000_000;
  return {
    firewall: new DryRunFirewall(contractLimits, { now: () => now }, () => {}),
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
  expect(await firewall.limits()).toEqual(limits);
});

it('says what it would do', async () => {
  const said: string[] = [];
  const firewall = new DryRunFirewall(contractLimits, { now: () => 0 }, (text) => said.push(text));
  const address = '203.0.113.7' as Address;
  await firewall.open({ address, services: [{ service: 'web', seconds: 60 }] });
  await firewall.close(address);
  expect(said).toEqual(['would open 203.0.113.7: web for 60 s', 'would close 203.0.113.7']);
});
