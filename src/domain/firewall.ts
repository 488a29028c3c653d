import type { Address } from './address.ts';
import type { Standing } from './entry.ts';
import type { Opening } from './grant.ts';
import type { Seconds } from './time.ts';

export interface OpenAddress {
  readonly address: Address;
  readonly services: readonly {
    readonly service: string;
    /** Left in the kernel. */
    readonly seconds: Seconds;
    /** Packets let in since this was last opened or renewed: the proof of arrival. */
    readonly packets: number;
  }[];
}

export interface SyncReport {
  /** Addresses that were missing, too short, too long or lacked a service, and are right now. */
  readonly opened: readonly Address[];
  /** Addresses that nobody had asked for, and are gone now. */
  readonly closed: readonly Address[];
  /** Addresses that could not be opened; the others were. */
  readonly failed: readonly { readonly address: string; readonly reason: string }[];
}

/** What a service is: its ports as `udp/5060-5061`, and what it is for, where that is known. */
export interface ServiceDetail {
  readonly ports: readonly string[];
  readonly about: string | null;
}

export interface FirewallLimits {
  readonly services: readonly string[];
  /** By service; left out where nothing is known but names. */
  readonly details?: Readonly<Record<string, ServiceDetail>>;
  readonly longest: Seconds;
  readonly mostAddresses: number;
  /** Whether a /64 may be opened. */
  readonly networks: boolean;
  /** Of standing entries; left out where there can be none. */
  readonly standing?: StandingLimits;
  /** What does not work as it should where the gate is, each with its mend. */
  readonly warnings?: readonly string[];
  /** Whether strangers are turned away; left out where there is no guard. */
  readonly guard?: GuardState;
}

/** `contested` and `restored`: it is left alone, because somebody fought it or took it away. */
export const guardStates = ['on', 'trial', 'off', 'contested', 'restored'] as const;
export type GuardState = (typeof guardStates)[number];

export interface StandingLimits {
  readonly most: number;
  /** Prefix lengths: no network may be wider. */
  readonly widest4: number;
  readonly widest6: number;
}

export interface StandReport {
  /** How many lines were missing, and are in the kernel now. */
  readonly added: number;
  readonly removed: number;
  readonly failed: readonly { readonly target: string; readonly reason: string }[];
}

/** An address that has tried a recorded port. */
export interface Sighting {
  readonly address: Address;
  /** Which of the recording's ports it has tried. */
  readonly ports: readonly number[];
  /** Of the port that it has tried least. */
  readonly packets: number;
  /** It has tried other ports too, as one does who looks for whatever there is. */
  readonly sweeper: boolean;
}

/** What a recording has noted. */
export interface Seen {
  readonly sightings: readonly Sighting[];
  /**
   * From how many networks (/24 of IPv4, /48 of IPv6) other ports were tried: more than
   * one, and somebody may be sweeping from many addresses, each of which looks innocent.
   */
  readonly strayNetworks: number;
}

/** A window in which the guard notes who comes; the kernel ends it by itself. */
export interface Recording {
  readonly ports: readonly number[];
  /** So far; at most a bounded number, whatever comes. */
  seen(): Promise<Seen>;
  /** Ends it early. Never rejects. */
  stop(): Promise<void>;
}

/**
 * The gate. A promise that resolves means that the kernel has confirmed;
 * rejections are `firewall-unavailable` (nobody knows: treat as not opened) or
 * `firewall-refused` (nothing was changed).
 */
export interface Firewall {
  /** Lets the address in to exactly these services for exactly these times, whatever it had before. */
  open(opening: Opening): Promise<void>;
  /** Turns the address away, established connections too. Closing what is not open is no error. */
  close(address: Address): Promise<void>;
  /**
   * What is open. The kernel may have been asked up to half a second ago, but never before the
   * answer to anything that was opened, closed or synced here.
   */
  list(): Promise<readonly OpenAddress[]>;
  /** Makes the gate match, touching only what differs. */
  sync(openings: readonly Opening[]): Promise<SyncReport>;
  /** Makes the standing entries in the kernel exactly these; what was opened is not touched. */
  stand(entries: readonly Standing[]): Promise<StandReport>;
  limits(): Promise<FirewallLimits>;
  /** Packets let in from the address since it was last opened; 0 when it is not open. */
  packetsFrom(address: Address): Promise<number>;
  /**
   * Records, for a while and on these ports alone, who tries to reach us; what comes
   * is turned away all the same. `'any'` has the helper choose one port by chance.
   */
  record(ports: readonly number[] | 'any', seconds: Seconds): Promise<Recording>;
  /** Called when the gate may have lost its elements (rebuilt guard, restarted helper). */
  onDisturbed(listener: () => void): void;
}
