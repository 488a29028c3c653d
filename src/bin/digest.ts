import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

/** Another one than the last time, and somebody has changed the configuration. */
export function digestOf(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config, written)).digest('hex').slice(0, 16);
}

/** Networks are kept as numbers that JSON has no form for. */
const written = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
