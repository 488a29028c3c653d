import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome, usualLimits, type HelperHome } from './process.ts';

describe.skipIf(whyNoNamespaces() !== undefined)('a helper with services of the catalogue', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;
  let firewall: HelperClient;
  beforeAll(async () => {
    space = makeNamespace();
    home = await makeHome({ ...usualLimits, services: ['sip', 'web'] });
    helper = await HelperProcess.start(space, home);
    firewall = new HelperClient({ socket: home.socket });
  });
  afterAll(async () => {
    firewall.stop();
    await helper.end();
    space.remove();
    home.remove();
  });

  it('tells their ports and purposes, and guards those ports', async () => {
    expect((await firewall.limits()).details).toEqual({
      sip: { ports: ['udp/5060', 'tcp/5060'], about: 'SIP signalling of telephones and trunks' },
      web: { ports: ['tcp/80', 'tcp/443'], about: 'web pages: portals of users and of the PBX' },
    });
    const address = '203.0.113.7' as Address;
    await firewall.open({ address, services: [{ service: 'sip', seconds: 60 }] });
    expect((await firewall.list()).map(({ services }) => services[0]?.service)).toEqual(['sip']);
    expect(space.run('nft', 'list', 'ruleset')).toMatch(/udp dport vmap \{ 5060 : jump gate_sip/);
  });
});
