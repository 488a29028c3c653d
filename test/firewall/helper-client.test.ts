import { describe } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { firewallContract } from '../contract/firewall.ts';
import { makeNamespace, whyNoNamespaces } from '../fixtures/namespace.ts';
import { HelperProcess, makeHome } from '../helper/process.ts';

describe.skipIf(whyNoNamespaces() !== undefined)('with real nftables', () => {
  firewallContract('HelperClient', async () => {
    const space = makeNamespace();
    const home = await makeHome();
    const helper = await HelperProcess.start(space, home);
    const firewall = new HelperClient({ socket: home.socket });
    return {
      firewall,
      pass: async (seconds) => sleep(seconds * 1000),
      end: async () => {
        firewall.stop();
        await helper.end();
        space.remove();
        home.remove();
      },
    };
  });
});
