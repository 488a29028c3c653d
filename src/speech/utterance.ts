import type { Seconds } from '../domain/time.ts';

/** What the voice says in one breath, and how: all that the sound of a piece depends on. */
export interface Utterance {
  readonly words: string;
  readonly voice: string;
  /** Words a minute. */
  readonly rate: number;
  /** The pause after it. */
  readonly after: Seconds;
  /** Whether the sentence goes on after it. */
  readonly goesOn: boolean;
}

/** A part of a prompt that has a sound of its own. */
export interface Piece {
  readonly utterance: Utterance;
  /** The name of the recording that a site may put in its place; values have none. */
  readonly recording?: string;
}
