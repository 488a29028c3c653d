import { setTimeout as sleep } from 'node:timers/promises';
import { pairAddresses, type Pair } from '../hosts.ts';
import { startCompanion } from './companion.ts';
import { port } from './gate.ts';

/** Tries the port from the client until it is answered. */
export interface Prober {
  /** `sends` is what the prober itself sends as the trigger; ms. */
  sending(address: string, sends: string): Promise<number>;
  /** `trigger` gives back when it pulled it, in µs of the monotonic clock; ms. */
  watching(address: string, trigger: () => Promise<number>): Promise<number>;
  remove(): Promise<void>;
}

export async function startProber(pair: Pair): Promise<Prober> {
  const words = [pairAddresses.server, String(port)];
  const prober = await startCompanion(pair.client, 'prober.pl', ...words);
  const accepted = async (): Promise<[trigger: number, answer: number]> => {
    const said = await prober.next();
    const [word, trigger, answer] = said.split(' ');
    if (word === 'open') throw new Error('The port was open before anybody opened it.');
    if (word !== 'accepted') throw new Error(`Nothing was let in: the prober says "${said}".`);
    return [Number(trigger), Number(answer)];
  };
  return {
    async sending(address, sends) {
      prober.say(`${address} ${sends}`);
      const [trigger, answer] = await accepted();
      return (answer - trigger) / 1000;
    },
    async watching(address, trigger) {
      prober.say(`${address} none`);
      const said = await prober.next();
      if (said !== 'probing') throw new Error(`The prober says "${said}" before the trigger.`);
      // so that the trigger is not always at the same place between two SYNs
      await sleep(1 + 3 * Math.random());
      const [pulled, [, answer]] = await Promise.all([trigger(), accepted()]);
      return (answer - pulled) / 1000;
    },
    remove: () => prober.remove(),
  };
}
