/**
 * What the app and the privileged helper say to each other over the Unix socket:
 * one JSON object a line, described in docs/helper-protocol.md. Both sides use
 * this file; it imports nothing, so that the helper stays short enough to read.
 */

/** Longest request line in bytes, without its newline: room for 20,000 addresses with a few services each. */
export const longestRequest = 4 * 1024 * 1024;
/** Longest answer line in bytes: a list carries counters besides. */
export const longestAnswer = 16 * 1024 * 1024;

export interface WireService {
  readonly service: string;
  readonly seconds: number;
}

export interface WireOpening {
  readonly address: string;
  readonly services: readonly WireService[];
}

export type WireRequest =
  | { readonly id: number; readonly verb: 'list' | 'limits' | 'ping' | 'standing' }
  | { readonly id: number; readonly verb: 'close' | 'packets'; readonly address: string }
  | ({ readonly id: number; readonly verb: 'open' } & WireOpening)
  | { readonly id: number; readonly verb: 'sync'; readonly openings: readonly WireOpening[] }
  | {
      readonly id: number;
      readonly verb: 'record';
      readonly ports: readonly number[] | 'any';
      readonly seconds: number;
    }
  | { readonly id: number; readonly verb: 'recorded' | 'unrecord'; readonly recording: string }
  | ({ readonly id: number; readonly verb: 'stand' } & WirePart);

/** A part of the list of standing entries; wire-standing says what its lines are. */
export interface WirePart {
  /** SHA-256 of all lines of all parts, joined by newlines, in small hexadecimal digits. */
  readonly digest: string;
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  readonly entries: readonly string[];
}

export type WireErrorCode =
  | 'malformed' // not JSON, not UTF-8, a key missing, unknown or of the wrong kind
  | 'too-long' // a line over the cap
  | 'unknown-verb'
  | 'bad-address'
  | 'bad-service'
  | 'bad-duration'
  | 'bad-port' // not a port, or one that is in use
  | 'gone' // no such recording, or none any more; not the part that comes next
  | 'too-many' // over the cap on addresses or on recordings
  | 'kernel' // nftables refused; nothing was changed
  | 'halted' // the guard was taken down, and waits for a person
  | 'unconfirmed' // nftables did not answer; nobody knows
  | 'busy'; // too many clients

export interface WireError {
  readonly code: WireErrorCode;
  readonly message: string;
}

/** Microseconds spent on an open: waiting for its turn, in nftables, and from line received to confirmed. */
export interface WireTimings {
  readonly waited: number;
  readonly kernel: number;
  readonly total: number;
}

export interface WireOpened {
  readonly address: string;
  readonly services: readonly (WireService & { readonly packets: number })[];
}

/** What a service is: ports as `udp/5060-5061`, and what for, where the catalogue says so. */
export interface WireServiceDetail {
  readonly ports: readonly string[];
  readonly about: string | null;
}

export interface WireLimits {
  readonly services: readonly string[];
  /** By service. A dry run, which has no ports, has none. */
  readonly details?: Readonly<Record<string, WireServiceDetail>>;
  /** Seconds. */
  readonly longest: number;
  readonly mostAddresses: number;
  /** Whether a network of 64 bits may be opened, and not only single addresses. */
  readonly networks: boolean;
  /** Left out where there may be no standing entries. */
  readonly standing?: WireStandingLimits;
  /** What does not work as it should on the helper's host, each with its mend. */
  readonly warnings?: readonly string[];
  /** Whether strangers are turned away, or why the guard is left alone; left out where there is none. */
  readonly guard?: 'on' | 'trial' | 'off' | 'contested' | 'restored';
}

export interface WireStandingLimits {
  /** Lines. */
  readonly most: number;
  /** Prefix lengths: no network may be wider. */
  readonly widest4: number;
  readonly widest6: number;
}

export interface WireStandFailure {
  readonly target: string;
  readonly reason: string;
}

/** What stands. */
export interface WireStanding {
  /** Of the list that was carried out last; null when something else may stand. */
  readonly digest: string | null;
  /** Lines of it that were in order. */
  readonly count: number;
  /** Those that were not, 1000 at most. */
  readonly failed: readonly WireStandFailure[];
}

export interface WireStood {
  readonly added: number;
  readonly removed: number;
  readonly failed: readonly WireStandFailure[];
}

export interface WireReport {
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  readonly failed: readonly { readonly address: string; readonly reason: string }[];
}

/** A source that has tried recorded ports. */
export interface WireSighting {
  readonly address: string;
  readonly ports: readonly number[];
  /** Of the port that it has tried least. */
  readonly packets: number;
  /** From a network (/24 of IPv4, /48 of IPv6) of which decoys have been tried too. */
  readonly sweeper: boolean;
}

/** As many /24 as IPv4 has: what could not be noted may have come from anywhere. */
export const everyNetwork = 2 ** 24;

/** `id` is null when the request's own could not be read. */
export type WireAnswer =
  | { readonly id: number | null; readonly ok: false; readonly error: WireError }
  | {
      readonly id: number;
      readonly ok: true;
      readonly timings?: WireTimings;
      readonly addresses?: readonly WireOpened[];
      readonly report?: WireReport;
      readonly limits?: WireLimits;
      readonly packets?: number;
      readonly recording?: string;
      readonly ports?: readonly number[];
      readonly sightings?: readonly WireSighting[];
      /** Networks of which decoys have been tried; `everyNetwork` when they cannot be told any more. */
      readonly strayNetworks?: number;
      readonly standing?: WireStanding;
      readonly stood?: WireStood;
    };

export interface WireEvent {
  readonly event: 'disturbed';
  readonly why: string;
}
