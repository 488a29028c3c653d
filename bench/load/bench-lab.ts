import type { Lab } from '../../lab/lab.ts';
import type { ConfigChanges } from '../../lab/product.ts';
import { startLab } from '../../lab/start-lab.ts';
import { addressesCalledFrom, travellers, type Traveller } from './travellers.ts';

/** Everything that the benches change in dialgate.yaml so that no limit of it is what they measure. */
export const unlimited: ConfigChanges = {
  access: {
    also_allow: [addressesCalledFrom],
    most_open: 100,
    user_lockout: { forgiven: 500 },
    caller_lockout: { forgiven: 1000 },
    strangers_lockout: { forgiven: 1000 },
  },
  admission: {
    at_once: 100_000,
    per_caller_at_once: 100_000,
    per_caller_per_hour: 100_000,
    per_minute: 100_000,
    brake: { failures: 100_000 },
  },
};

/** A lab with so many users. What stands in `config` is laid over {@link unlimited}, section by section. */
export async function startBenchLab(
  users: number,
  config: Readonly<Record<string, ConfigChanges>> = {},
): Promise<{ lab: Lab; users: Traveller[] }> {
  const sections = [...new Set([...Object.keys(unlimited), ...Object.keys(config)])];
  const lab = await startLab({
    config: Object.fromEntries(
      sections.map((name) => [
        name,
        { ...(unlimited[name] as ConfigChanges | undefined), ...config[name] },
      ]),
    ),
    helperConfig: { mostAddresses: 20_000 },
  });
  try {
    const all = travellers(users);
    for (const user of all) {
      const { status, body } = await lab.rest('POST', '/v1/users', user);
      if (status !== 201) throw new Error(`user ${user.name}: ${JSON.stringify(body)}`);
    }
    return { lab, users: all };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}
