import type { z, ZodObject } from 'zod';
import type { Actor } from '../domain/attempt.ts';
import { nothing } from './requests.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A request whose door, role and content have been checked. */
interface Asked<Params extends ZodObject, Query extends ZodObject, Body extends ZodObject> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
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

/**
 * One thing that can be asked, and all that may be sent with it. GET is for every
 * role and reads no body, all else is for administrators.
 */
export interface Route<
  Params extends ZodObject = ZodObject,
  Query extends ZodObject = ZodObject,
  Body extends ZodObject = ZodObject,
> {
  readonly method: Method;
  readonly path: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Bytes; 64 KiB unless said otherwise. */
  readonly largestBody?: number;
  // a method, not a property: routes of different schemas go into one list
  answer(asked: Asked<Params, Query, Body>): Promise<Answer>;
}

type Nothing = typeof nothing;
type Declared<Params extends ZodObject, Query extends ZodObject, Body extends ZodObject> = Pick<
  Route<Params, Query, Body>,
  'method' | 'path' | 'answer'
> &
  Partial<Pick<Route<Params, Query, Body>, 'params' | 'query' | 'body' | 'largestBody'>>;

/** A route that takes what it declares, and nothing else. */
export function route<
  Params extends ZodObject = Nothing,
  Query extends ZodObject = Nothing,
  Body extends ZodObject = Nothing,
>(declared: Declared<Params, Query, Body>): Route {
  return { params: nothing, query: nothing, body: nothing, ...declared };
}
