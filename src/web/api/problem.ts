/** What the page shows when a request came to nothing: the server's own words, or ours. */
export class Problem extends Error {
  /** The last word of the problem's type, such as `conflict`; `offline` when no answer came. */
  readonly code: string;
  readonly title: string;
  /** Of HTTP; 0 when no answer came. */
  readonly status: number;
  /** What is wrong where, when the request was malformed. */
  readonly errors: readonly WrongPlace[];

  constructor(given: {
    code: string;
    title: string;
    detail: string;
    status: number;
    errors?: readonly WrongPlace[];
  }) {
    super(given.detail);
    this.code = given.code;
    this.title = given.title;
    this.status = given.status;
    this.errors = given.errors ?? [];
  }

  /** Nobody answered, or only a proxy that reaches no server. */
  get isUnanswered(): boolean {
    return this.code === 'offline' || (this.code === 'unreadable' && this.status >= 502);
  }

  /** Whether the same may go well later: what was refused is refused again. */
  get mayPass(): boolean {
    return this.code === 'offline' || this.status >= 500;
  }

  /** What is wrong with one field, for beside it. */
  at(field: string): string | undefined {
    return this.errors.find(({ at }) => isIn(at, field))?.message;
  }

  /** Whether anything is wrong that is not said beside one of these fields. */
  isBeyond(fields: readonly string[]): boolean {
    const told = this.errors.filter(({ at }) => fields.some((field) => isIn(at, field)));
    return told.length === 0 || told.length < this.errors.length;
  }
}

interface WrongPlace {
  readonly at: string;
  readonly message: string;
}

const isIn = (at: string, field: string): boolean => at === field || at.startsWith(`${field}.`);

const prefix = 'urn:dialgate:problem:';

/** Reads problem+json (RFC 9457); anything else, as a proxy may answer it, is told by its status. */
export async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const { type, title, detail, errors } = (body ?? {}) as Record<string, unknown>;
  if (typeof type === 'string' && type.startsWith(prefix) && typeof detail === 'string') {
    return new Problem({
      code: type.slice(prefix.length),
      title: typeof title === 'string' ? title : 'It was refused',
      detail,
      status,
      ...(Array.isArray(errors) && { errors: errors as WrongPlace[] }),
    });
  }
  return new Problem({
    code: 'unreadable',
    title: 'The answer cannot be read',
    detail: `The server, or something before it, answered ${status} without saying why.`,
    status,
  });
}

export const offline = (cause: unknown): Problem =>
  cause instanceof DOMException && cause.name === 'TimeoutError'
    ? new Problem({
        code: 'offline',
        title: 'No answer in time',
        detail:
          'The server did not answer in 20 seconds. Look at what became of it before you try again.',
        status: 0,
      })
    : new Problem({
        code: 'offline',
        title: 'The server cannot be reached',
        detail: 'Check the connection to the server and that dialgate serve runs, then try again.',
        status: 0,
      });

/** For what is thrown by a request; anything else is a fault of the page's own. */
export const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem({
        code: 'page',
        title: 'The page has failed',
        detail: error instanceof Error ? error.message : String(error),
        status: 0,
      });
