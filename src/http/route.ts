import type { Actor } from '../domain/attempt.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A request whose door and role have been checked; what it carries has not. */
interface Asked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly by: Actor;
}

export interface Answer {
  /** 200 unless said otherwise. */
  readonly status?: number;
  /** Where what was made can be found. */
  readonly location?: string;
  /** The media type of a body that is text; without it the body is sent as JSON. */
  readonly type?: string;
  readonly body: unknown;
}

/** One thing that can be asked. GET is for every role, all else for administrators. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly answer: (asked: Asked) => Promise<Answer>;
}
