import { isAbsolute } from 'node:path';

/** A fault in the configuration, in one sentence that names the key and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new ConfigError(`It is not JSON: ${(error as Error).message}.`);
  }
}

export function objectOf(value: unknown, key: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${key}: must be an object in braces.`);
  }
  return value as Record<string, unknown>;
}

export function list(value: unknown, key: string, least = 1): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least) {
    throw new ConfigError(`${key}: must be a list${least > 0 ? ' with at least one entry' : ''}.`);
  }
  return value;
}

/** Of sockaddr_un (unix(7)); what is longer would be cut off without a word. */
const longestSocketPath = 107;

export function socketPath(value: unknown, key: string): string {
  const socket = path(value, key);
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new ConfigError(`${key}: must be a path of at most ${longestSocketPath} bytes.`);
  }
  return socket;
}

export function path(value: unknown, key: string): string {
  if (typeof value !== 'string' || !isAbsolute(value) || value.includes('\0')) {
    throw new ConfigError(`${key}: must be an absolute path.`);
  }
  return value;
}

export function optionalWord(
  value: unknown,
  key: string,
  form: RegExp,
  what: string,
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !form.test(value)) {
    throw new ConfigError(`${key}: must be ${what}.`);
  }
  return value;
}

export function yesOrNo(value: unknown, key: string): boolean {
  if (typeof value !== 'boolean') throw new ConfigError(`${key}: must be true or false.`);
  return value;
}

export function whole(value: unknown, key: string, least: number, most: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new ConfigError(`${key}: must be a whole number from ${least} to ${most}.`);
  }
  return value as number;
}
