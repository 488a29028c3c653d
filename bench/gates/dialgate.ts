import type { Address } from '../../src/domain/address.ts';
import { hostTarget, stand, standingFor } from '../entries.ts';
import { startLoneHelper } from '../lone-helper.ts';
import type { Contestant } from './gate.ts';

export const dialgate: Contestant = {
  name: 'dialgate',
  trigger: "the app's request to its helper, as at key 1",
  entry: 'a standing entry in the guard',
  async start({ pair, prober }, entries) {
    const limits = { standing: { most: entries, widest4: 16, widest6: 32 } };
    const helper = await startLoneHelper(limits, undefined, pair.server);
    const hosts = Array.from({ length: entries }, (_, n) => hostTarget(n));
    try {
      await stand(helper, standingFor(hosts, ['web']));
    } catch (error) {
      await helper.stop();
      throw error;
    }
    return {
      open: (address) =>
        prober.watching(address, async () => {
          const pulled = Number(process.hrtime.bigint()) / 1000;
          await helper.client.open({
            address: address as Address,
            services: [{ service: 'web', seconds: 3600 }],
          });
          return pulled;
        }),
      remove: () => helper.stop(),
    };
  },
};
