/** What the process with the clients is asked to do. */
export type Shot =
  | {
      /** The list, or an opening and its closing by turns, as fast as they are answered. */
      readonly what: 'list' | 'pairs';
      /** Without a slash at its end. */
      readonly at: string;
      readonly token: string;
      /** Whose grants are opened. */
      readonly user: string;
      readonly connections: number;
      readonly seconds: number;
    }
  | {
      /** Listens on so many connections to the events until so many have come on each. */
      readonly what: 'listen';
      readonly at: string;
      /** One for each listener: a token may have a few alone. */
      readonly tokens: readonly string[];
      readonly events: number;
    };

/** Milliseconds of each, by the status of the answer, and how long it took altogether. */
export interface Fired {
  readonly seconds: number;
  readonly times: Readonly<Record<string, readonly number[]>>;
}

export interface Heard {
  /** From the row's own time to its arrival at each listener. ms */
  readonly delays: readonly number[];
}

export type Report =
  | { readonly ready: true }
  | { readonly fired: Fired }
  | { readonly heard: Heard }
  | { readonly failed: string };
