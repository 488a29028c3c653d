import type { z, ZodObject, ZodType } from 'zod';
import type { Actor } from '../domain/attempt.ts';
import type { Role } from '../domain/token.ts';
import type { ProblemCode } from './problem-codes.ts';
import { nothing } from './requests.ts';
import type { Visitor } from './visitor.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A request whose door, role and content have been checked. */
interface Asked<Params extends ZodObject, Query extends ZodObject, Body extends ZodObject> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly by: Actor;
  /** Undefined where no door is needed. */
  readonly visitor: Visitor | undefined;
  /** The last event that a reader of a live route has got, as they say. */
  readonly lastEventId: number | undefined;
}

export interface Answer {
  /** 200 unless said otherwise. */
  readonly status?: number;
  /** Where what was made can be found. */
  readonly location?: string;
  /** The state of the thing that is answered, or was made. */
  readonly etag?: string;
  /** The secret of a session that begins, for a cookie; null takes the cookie away. */
  readonly session?: string | null;
  /** Pieces of text, made while they are sent, where it may be long. */
  readonly body: unknown;
}

/** Who may ask; `anyone` needs no door at all. */
export type May = readonly Role[] | 'anyone';
export const everyone: May = ['admin', 'operator', 'auditor'];
/** What shows how the house is kept, rather than how it is. */
export const readers: May = ['admin', 'auditor'];
/** What takes access away. */
export const closers: May = ['admin', 'operator'];
export const administrators: May = ['admin'];

/** One thing that can be asked: all that may be sent with it, by whom, and all that may come back. */
export interface Route<
  Params extends ZodObject = ZodObject,
  Query extends ZodObject = ZodObject,
  Body extends ZodObject = ZodObject,
> {
  /** The name of the operation in the API's description; never changes. */
  readonly id: string;
  /** What it does, in some words; `about` says what cannot be seen from the schemas. */
  readonly summary: string;
  readonly about?: string;
  readonly method: Method;
  readonly path: string;
  readonly may: May;
  readonly params: Params;
  readonly query: Query;
  /** GET reads none; with DELETE there must be none. */
  readonly body: Body;
  /** Bytes; 64 KiB unless said otherwise. */
  readonly largestBody?: number;
  /** By status: what is answered when all went well, and what a monitor must be told otherwise. */
  readonly answers: Readonly<Record<number, ZodType>>;
  /** Besides those that any request can meet. */
  readonly problems: readonly ProblemCode[];
  /** The answer comes with the ETag of the thing. */
  readonly hasTag?: boolean;
  /** The body is JSON already, as text. */
  readonly written?: boolean;
  /** The media type of an answer that is text; without it the answer is JSON. */
  readonly media?: string;
  /** Where the query says which. */
  mediaOf?(query: z.output<Query>): string;
  /** The Content-Security-Policy of an answer that is a page. */
  readonly policy?: string;
  /** Its stream goes on until somebody leaves; it can be taken up after an event. */
  readonly live?: boolean;
  /** It stands behind the door, and the token is shown in its body: it begins a session. */
  readonly signsIn?: boolean;
  /** The thing that is changed, as it is now: what If-Match is compared with. */
  changes?(params: z.output<Params>): Promise<object>;
  // a method, not a property: routes of different schemas go into one list
  answer(asked: Asked<Params, Query, Body>): Promise<Answer>;
}

/** Who asked, behind a door. */
export function cameIn(visitor: Visitor | undefined): Visitor {
  if (!visitor) throw new Error('nobody came in by a door');
  return visitor;
}

type Nothing = typeof nothing;
type Left = 'params' | 'query' | 'body' | 'problems';
type Declared<Params extends ZodObject, Query extends ZodObject, Body extends ZodObject> = Omit<
  Route<Params, Query, Body>,
  Left
> &
  Partial<Pick<Route<Params, Query, Body>, Left>>;

/** A route that takes what it declares, and nothing else. */
export function route<
  Params extends ZodObject = Nothing,
  Query extends ZodObject = Nothing,
  Body extends ZodObject = Nothing,
>(declared: Declared<Params, Query, Body>): Route {
  return { params: nothing, query: nothing, body: nothing, problems: [], ...declared };
}

/** Routes about one thing, as the API's description puts them together. */
export interface RouteGroup {
  readonly name: string;
  readonly about: string;
  readonly routes: readonly Route[];
}
