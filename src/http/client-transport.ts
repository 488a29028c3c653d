import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AccessError, type AccessErrorCode } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import { reach, type Target } from './client-target.ts';
import type { Method } from './route.ts';

export type Send = <T>(method: Method, path: string, body?: unknown) => Promise<T>;

const largestAnswer = 16 * 1024 * 1024;

/** Sends one request; the answer has begun when it resolves. Rejects with what the system says. */
export type Ask = (
  method: Method,
  path: string,
  asking: { readonly body?: unknown; readonly signal: AbortSignal },
) => Promise<IncomingMessage>;

/** @throws AccessError `invalid` when the target itself is malformed. */
export function createAsk(target: Target): Ask {
  const { options, headers } = reach(target);
  const begin = options.protocol === 'https:' ? httpsRequest : httpRequest;
  const prefix = options.path ?? '';

  return (method, path, { body, signal }) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const described = text !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    };
    return new Promise((resolve, reject) => {
      const request = begin(
        {
          ...options,
          method,
          path: prefix + path,
          signal,
          agent: false,
          headers: { ...headers, ...described },
        },
        resolve,
      );
      request.once('error', reject);
      request.end(text);
    });
  };
}

/** @throws AccessError `invalid` when the target itself is malformed. */
export function createSend(target: Target, deadline: Seconds): Send {
  const ask = createAsk(target);
  const { name } = reach(target);

  return async <T>(method: Method, path: string, body?: unknown): Promise<T> => {
    const signal = AbortSignal.timeout(deadline * 1000);
    try {
      return (await answerOf(await ask(method, path, { body, signal }), name)) as T;
    } catch (cause) {
      if (cause instanceof AccessError) throw cause;
      const why = signal.aborted
        ? `No answer from ${name} within ${deadline} seconds.`
        : unreached(cause, name);
      const open = isUnreachableCode(cause) ? '' : ` ${mayHaveHappened}`;
      throw new AccessError('internal', `${why}${open}`, { cause });
    }
  };
}

const mayHaveHappened = 'It may have happened all the same: look before trying again.';

/** What was answered. @throws AccessError as the server meant it, or for what is no answer of ours. */
export async function answerOf(response: IncomingMessage, name: string): Promise<unknown> {
  return understood(response, await read(response), name);
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestAnswer) {
      response.destroy();
      throw new AccessError('internal', 'The answer is too large to be dialgate’s; check the URL.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'EACCES',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const isUnreachableCode = (error: unknown): boolean =>
  unreachable.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** Whether nobody was there at all, so that nothing can have happened. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof AccessError && isUnreachableCode(error.cause);
}

/** Why there is no answer, for people. @param cause what the system says. */
export function unreached(cause: unknown, name: string): string {
  const { code } = cause as NodeJS.ErrnoException;
  switch (code ?? 'unknown') {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `Nobody answers at ${name}: is "dialgate serve" running, and is this its address?`;
    case 'EACCES':
      return `This user may not use ${name}: become root, or a member of the socket's group.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${name} cannot be found: check the host name.`;
    default:
      return `Talking to ${name} failed (${code ?? 'unknown'}).`;
  }
}

/** Problems that exist on the wire only, as what they mean to whoever asked. */
const meaning: Readonly<Record<string, AccessErrorCode>> = {
  invalid: 'invalid',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  conflict: 'conflict',
  'address-refused': 'address-refused',
  'too-many-open': 'too-many-open',
  'user-disabled': 'user-disabled',
  'user-changed': 'user-changed',
  'firewall-unavailable': 'firewall-unavailable',
  'firewall-refused': 'firewall-refused',
  'call-failed': 'call-failed',
  'speech-failed': 'speech-failed',
  'store-failed': 'store-failed',
  'last-administrator': 'last-administrator',
  'key-reused': 'key-reused',
  'key-in-use': 'key-in-use',
  'outcome-unknown': 'outcome-unknown',
  'precondition-failed': 'precondition-failed',
  'too-many-requests': 'too-many-requests',
  'method-not-allowed': 'invalid',
  'too-large': 'invalid',
  'unsupported-media-type': 'invalid',
  misdirected: 'invalid',
  'headers-too-large': 'invalid',
  'expectation-failed': 'invalid',
};

function understood(response: IncomingMessage, text: string, name: string): unknown {
  const { statusCode: status = 0 } = response;
  const type = response.headers['content-type'] ?? '';
  const body = parsed(text);
  if (type.startsWith('application/problem+json') && typeof body === 'object' && body !== null) {
    const { type: urn, detail, instance } = body as Record<string, unknown>;
    const code = meaning[String(urn).replace('urn:dialgate:problem:', '')] ?? 'internal';
    const traced = status >= 500 ? ` (${String(instance)})` : '';
    throw new AccessError(code, `${String(detail)}${traced}`);
  }
  // 503 with plain JSON is the health of a server that is not well
  if (
    type.startsWith('application/json') &&
    (status < 300 || status === 503) &&
    body !== undefined
  ) {
    return body;
  }
  throw new AccessError(
    'internal',
    `${name} answered ${status}, but not as dialgate does: is this its address?`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
