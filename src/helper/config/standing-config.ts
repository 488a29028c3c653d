import type { WireStandingLimits } from '../../firewall/wire.ts';
import { ConfigError, objectOf, whole } from './config-values.ts';

const keys = ['most', 'widest4', 'widest6'];
/** The list is kept in memory, and sent whole. */
const most = 200_000;

/** Reads "standing". Without it there may be no standing entries. @throws ConfigError */
export function standingOf(value: unknown = {}): WireStandingLimits {
  const fields = objectOf(value, 'standing');
  const unknown = Object.keys(fields).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new ConfigError(
      `standing: there is no key "${unknown}"; allowed are ${keys.join(', ')}.`,
    );
  }
  return {
    most: whole(fields['most'] ?? 0, 'standing.most', 0, most),
    widest4: whole(fields['widest4'] ?? 16, 'standing.widest4', 8, 32),
    widest6: whole(fields['widest6'] ?? 32, 'standing.widest6', 16, 128),
  };
}
