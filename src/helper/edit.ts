/** An element with the time it shall have, in seconds. */
export interface Timed {
  readonly address: string;
  readonly seconds: number;
}

/** What one transaction does to who is let in. */
export interface Edit {
  /** By service. */
  readonly renew: ReadonlyMap<string, readonly Timed[]>;
  /** By service. */
  readonly remove: ReadonlyMap<string, readonly string[]>;
  /** Of those that are removed, by service: who was let in until now, and whose connections may linger. */
  readonly ends: ReadonlyMap<string, readonly string[]>;
  /** Until when each renewed address is open at all, whichever service that is. */
  readonly visits: readonly Timed[];
  /** Whose packets shall be counted anew. */
  readonly fresh: readonly Timed[];
  /** Whose packets shall be counted no more, but in the services' sets. */
  readonly stale: readonly string[];
}
