import {
  idOf,
  json,
  list,
  Malformed,
  number,
  objectOf,
  only,
  text,
  type Fields,
} from './wire-fields.ts';
import type { WireError, WireOpening, WireRequest, WireService } from './wire.ts';

export type ParsedRequest =
  { readonly request: WireRequest } | { readonly id: number | null; readonly error: WireError };

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
  'standing',
  'stand',
  'ping',
];

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
    case 'standing':
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
    case 'stand':
      only(fields, ['id', 'verb', 'digest', 'part', 'parts', 'entries']);
      return {
        id,
        verb,
        digest: text(fields['digest'], 'digest'),
        part: number(fields['part'], 'part'),
        parts: number(fields['parts'], 'parts'),
        entries: list(fields['entries'], 'entries').map((line) => text(line, 'entries')),
      };
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
