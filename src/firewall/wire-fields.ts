import type { WireErrorCode } from './wire.ts';

/** A line that is not what the protocol allows; the message goes back to the sender. */
export class Malformed extends Error {
  readonly code: WireErrorCode;

  constructor(message: string, code: WireErrorCode = 'malformed') {
    super(message);
    this.code = code;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function json(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw new Malformed('The line is not JSON.');
  }
}

export function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`Expected ${what} to be an object.`);
  }
  return value as Fields;
}

export function idOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Malformed('`id` must be a whole number from 0.');
  }
  return value as number;
}

export function text(value: unknown, key: string): string {
  if (typeof value !== 'string') throw new Malformed(`\`${key}\` must be a string.`);
  return value;
}

export function number(value: unknown, key: string): number {
  if (typeof value !== 'number') throw new Malformed(`\`${key}\` must be a number.`);
  return value;
}

export function list(value: unknown, key: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`\`${key}\` must be a list.`);
  return value;
}

export function only(fields: Fields, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).find((key) => !allowed.includes(key));
  // the key itself is not repeated: it is whatever the sender chose to send
  if (unknown !== undefined)
    throw new Malformed(`Only these keys are allowed here: ${allowed.join(', ')}.`);
}
