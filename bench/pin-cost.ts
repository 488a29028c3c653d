import { randomBytes } from 'node:crypto';
import { createSecrets, keyLength } from '../src/access/secrets.ts';
import { parsePin } from '../src/domain/pin.ts';

const times = 20;

/** Processor time of checking one PIN, in ms: what no implementation can save without weaker hashes. */
export async function pinCost(): Promise<number> {
  const secrets = createSecrets(randomBytes(keyLength));
  const pin = parsePin('471147114711');
  if (!pin) throw new Error('that is no PIN');
  const hash = await secrets.hashPin(pin);
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) await secrets.verifyPin(pin, hash);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}
