/** Pages in the order of numbers. */
export interface Page {
  /** Rows with a smaller id (or seq) than this, newest first. */
  readonly before?: number | undefined;
  /** 1 to 1000. */
  readonly limit: number;
}

/** Pages in the order of names. */
export interface NamePage {
  /** Names that come after this one. */
  readonly after?: string | undefined;
  /** 1 to 1000. */
  readonly limit: number;
}
