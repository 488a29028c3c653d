import { describe } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { firewallContract } from '../contract/firewall.ts';
import { standingContract, standingLimits } from '../contract/standing.ts';
import { makeNamespace, whyNoNamespaces } from '../fixtures/namespace.ts';
import {
  guarded,
  ownIpsets,
  ownSets,
  standingHosts,
  whyNot,
  type OwnRules,
} from '../helper/hosts.ts';
import { HelperProcess, makeHome } from '../helper/process.ts';

const make = async ({ limits, before, after }: OwnRules) => {
  const space = makeNamespace();
  before(space);
  const home = await makeHome(limits);
  const helper = await HelperProcess.start(space, home);
  after(space);
  const firewall = new HelperClient({ socket: home.socket });
  return {
    firewall,
    pass: async (seconds: number) => sleep(seconds * 1000),
    now: () => Date.now(),
    end: async () => {
      firewall.stop();
      await helper.end();
      space.remove();
      home.remove();
    },
  };
};

describe.skipIf(whyNoNamespaces() !== undefined)('with a real kernel', () => {
  for (const host of [guarded, ownSets, ownIpsets]) {
    describe.skipIf(whyNot(host) !== undefined)(host.name, () => {
      firewallContract('HelperClient', () => make(host));
    });
  }
  for (const host of standingHosts(standingLimits.standing)) {
    describe.skipIf(whyNot(host) !== undefined)(host.name, () => {
      standingContract('HelperClient', () => make(host));
    });
  }
});
