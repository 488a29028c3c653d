/** How grave it is: `bad` means that dialgate cannot do what it is for. */
export type Level = 'ok' | 'note' | 'warn' | 'bad';

/** One thing that the doctor has seen. */
export interface Finding {
  readonly level: Level;
  /** What is so, in a sentence. */
  readonly what: string;
  /** What to do about it; null where nothing need be done. */
  readonly mend: string | null;
}

export const ok = (what: string): Finding => ({ level: 'ok', what, mend: null });
export const note = (what: string, mend: string | null = null): Finding => ({
  level: 'note',
  what,
  mend,
});
export const warn = (what: string, mend: string): Finding => ({ level: 'warn', what, mend });
export const bad = (what: string, mend: string): Finding => ({ level: 'bad', what, mend });
