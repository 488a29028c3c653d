import type { WireError, WireErrorCode, WireOpening, WireRequest, WireService } from './wire.ts';

export type ParsedRequest =
  { readonly request: WireRequest } | { readonly id: number | null; readonly error: WireError };

class Malformed extends Error {
  readonly code: WireErrorCode;

  constructor(message: string, code: WireErrorCode = 'malformed') {
    super(message);
    this.code = code;
  }
}

const verbs = [
  'open',
  'close',
  'list',
  'sync',
  'packets',
  'record',
  'recorded',
  'unrecord',
  'limits',
  'ping',
];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads one request line. Strict: every key known, present and of its kind.
 * Whether address, service and duration are allowed is for wire-rules to say.
 */
export function parseRequest(text: string): ParsedRequest {
  let id: number | null = null;
  try {
    const fields = objectOf(json(text), 'the request');
    id = idOf(fields['id']);
    return { request: requestOf(id, fields) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { id, error: { code: error.code, message: error.message } };
  }
}

function requestOf(id: number, fields: Fields): WireRequest {
  const verb = fields['verb'];
  switch (verb) {
    case 'list':
    case 'limits':
    case 'ping':
      only(fields, ['id', 'verb']);
      return { id, verb };
    case 'close':
    case 'packets':
      only(fields, ['id', 'verb', 'address']);
      return { id, verb, address: text(fields['address'], 'address') };
    case 'open':
      only(fields, ['id', 'verb', 'address', 'services']);
      return {
        id,
        verb,
        ...openingOf({ address: fields['address'], services: fields['services'] }),
      };
    case 'sync':
      only(fields, ['id', 'verb', 'openings']);
      return { id, verb, openings: list(fields['openings'], 'openings').map(openingOf) };
    case 'record': {
      only(fields, ['id', 'verb', 'ports', 'seconds']);
      const ports = fields['ports'];
      return {
        id,
        verb,
        ports: ports === 'any' ? ports : list(ports, 'ports').map((port) => number(port, 'ports')),
        seconds: number(fields['seconds'], 'seconds'),
      };
    }
    case 'recorded':
    case 'unrecord':
      only(fields, ['id', 'verb', 'recording']);
      return { id, verb, recording: text(fields['recording'], 'recording') };
    default:
      throw new Malformed(
        `The verb must be one of ${verbs.join(', ')}.`,
        typeof verb === 'string' ? 'unknown-verb' : 'malformed',
      );
  }
}

function openingOf(value: unknown): WireOpening {
  const fields = objectOf(value, 'an opening');
  only(fields, ['address', 'services']);
  return {
    address: text(fields['address'], 'address'),
    services: list(fields['services'], 'services').map(serviceOf),
  };
}

function serviceOf(value: unknown): WireService {
  const fields = objectOf(value, 'a service');
  only(fields, ['service', 'seconds']);
  return {
    service: text(fields['service'], 'service'),
    seconds: number(fields['seconds'], 'seconds'),
  };
}

function json(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw new Malformed('The line is not JSON.');
  }
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`Expected ${what} to be an object.`);
  }
  return value as Fields;
}

function idOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Malformed('`id` must be a whole number from 0.');
  }
  return value as number;
}

function text(value: unknown, key: string): string {
  if (typeof value !== 'string') throw new Malformed(`\`${key}\` must be a string.`);
  return value;
}

function number(value: unknown, key: string): number {
  if (typeof value !== 'number') throw new Malformed(`\`${key}\` must be a number.`);
  return value;
}

function list(value: unknown, key: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`\`${key}\` must be a list.`);
  return value;
}

function only(fields: Fields, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).find((key) => !allowed.includes(key));
  // the key itself is not repeated: it is whatever the sender chose to send
  if (unknown !== undefined)
    throw new Malformed(`Only these keys are allowed here: ${allowed.join(', ')}.`);
}
