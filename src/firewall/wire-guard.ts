import { idOf, json, Malformed, number, objectOf, only, text, type Fields } from './wire-fields.ts';
import type { WireError, WireErrorCode } from './wire.ts';

/**
 * What root and the helper say to each other over the guard's own socket: one JSON
 * object a line, described in docs/helper-protocol.md.
 */

/** An administrator's own connection: where it comes from, and the port here. */
export interface WireConnection {
  readonly address: string;
  readonly port: number;
}

export type WireGuardRequest = { readonly id: number } & (
  | { readonly verb: 'status' | 'confirm' | 'disable' | 'resume' }
  | { readonly verb: 'plan'; readonly connection: WireConnection | null }
  | {
      readonly verb: 'enable';
      /** Seconds until it disarms by itself unless it is confirmed; null for no trial. */
      readonly test: number | null;
      /** Though connections are cut. */
      readonly force: boolean;
      /** Though it was never confirmed on this host. */
      readonly unproven: boolean;
      readonly connection: WireConnection | null;
    }
  /** Without `apply` it only tells what it would do. */
  | { readonly verb: 'restore'; readonly apply: boolean }
);

export interface WireGuardStatus {
  readonly armed: 'on' | 'off' | 'trial';
  /** Of the trial. */
  readonly secondsLeft: number | null;
  /** Whether a trial was ever confirmed on this host. */
  readonly confirmed: boolean;
  /** Why the guard is left alone, if it is. */
  readonly halted: 'contested' | 'restored' | null;
  /** What is wrong or worth knowing, and what to do: a sentence or two each. */
  readonly findings: readonly string[];
}

export interface WireGuardPlan {
  /** Plain words, line by line. */
  readonly summary: readonly string[];
  /** For nft. */
  readonly ruleset: string;
}

export interface WireRestoreReport {
  /** Whether it was done, or is only told. */
  readonly applied: boolean;
  /** When the ruleset was saved, ISO 8601. */
  readonly savedAt: string;
  /** What differs, line by line: `-` goes, `+` comes back. */
  readonly difference: readonly string[];
}

export type WireGuardErrorCode =
  | WireErrorCode
  | 'would-cut' // connections that are established would be cut
  | 'declined' // not in this state; the message says what would be
  | 'state'; // the state folder cannot be read or written

export type WireGuardAnswer =
  | {
      readonly id: number | null;
      readonly ok: false;
      readonly error: { readonly code: WireGuardErrorCode; readonly message: string };
    }
  | {
      readonly id: number;
      readonly ok: true;
      readonly status?: WireGuardStatus;
      readonly plan?: WireGuardPlan;
      readonly restore?: WireRestoreReport;
    };

const verbs = ['status', 'plan', 'enable', 'confirm', 'disable', 'restore', 'resume'];

/** Longest trial, in seconds. */
export const longestTrial = 3600;

/** Reads one request line as strictly as parseRequest. */
export function parseGuardRequest(
  line: string,
):
  | { readonly request: WireGuardRequest }
  | { readonly id: number | null; readonly error: WireError } {
  let id: number | null = null;
  try {
    const fields = objectOf(json(line), 'the request');
    id = idOf(fields['id']);
    return { request: requestOf(id, fields) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { id, error: { code: error.code, message: error.message } };
  }
}

function requestOf(id: number, fields: Fields): WireGuardRequest {
  const verb = fields['verb'];
  switch (verb) {
    case 'status':
    case 'confirm':
    case 'disable':
    case 'resume':
      only(fields, ['id', 'verb']);
      return { id, verb };
    case 'plan':
      only(fields, ['id', 'verb', 'connection']);
      return { id, verb, connection: connectionOf(fields['connection']) };
    case 'enable':
      only(fields, ['id', 'verb', 'test', 'force', 'unproven', 'connection']);
      return {
        id,
        verb,
        test: fields['test'] === null ? null : trialOf(fields['test']),
        force: yesOrNo(fields['force'], 'force'),
        unproven: yesOrNo(fields['unproven'], 'unproven'),
        connection: connectionOf(fields['connection']),
      };
    case 'restore':
      only(fields, ['id', 'verb', 'apply']);
      return { id, verb, apply: yesOrNo(fields['apply'], 'apply') };
    default:
      throw new Malformed(
        `The verb must be one of ${verbs.join(', ')}.`,
        typeof verb === 'string' ? 'unknown-verb' : 'malformed',
      );
  }
}

function connectionOf(value: unknown): WireConnection | null {
  if (value === null) return null;
  const fields = objectOf(value, 'the connection');
  only(fields, ['address', 'port']);
  return { address: text(fields['address'], 'address'), port: number(fields['port'], 'port') };
}

function trialOf(value: unknown): number {
  const seconds = number(value, 'test');
  if (seconds >= 1 && seconds <= longestTrial) return seconds;
  throw new Malformed(`A trial lasts 1 to ${longestTrial} seconds.`);
}

function yesOrNo(value: unknown, key: string): boolean {
  if (typeof value !== 'boolean') throw new Malformed(`\`${key}\` must be true or false.`);
  return value;
}
