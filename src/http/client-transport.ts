import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AccessError, type AccessErrorCode } from '../domain/access-error.ts';
import type { Seconds } from '../domain/time.ts';
import { reach, type Target } from './client-target.ts';
import type { Method } from './route.ts';

export type Send = <T>(method: Method, path: string, body?: unknown) => Promise<T>;

const largestAnswer = 16 * 1024 * 1024;

/** @throws AccessError `invalid` when the target itself is malformed. */
export function createSend(target: Target, deadline: Seconds): Send {
  const { options, headers, name } = reach(target);
  const begin = options.protocol === 'https:' ? httpsRequest : httpRequest;
  const prefix = options.path ?? '';

  return async <T>(method: Method, path: string, body?: unknown): Promise<T> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const signal = AbortSignal.timeout(deadline * 1000);
    let answer: { response: IncomingMessage; text: string };
    try {
      answer = await new Promise((resolve, reject) => {
        const request = begin(
          {
            ...options,
            method,
            path: prefix + path,
            signal,
            agent: false,
            headers: {
              ...headers,
              ...(text !== undefined && {
                'Content-Type': 'application/json',
                'Content-Length': Buffer.byteLength(text),
              }),
            },
          },
          (response) => {
            read(response).then((whole) => resolve({ response, text: whole }), reject);
          },
        );
        request.once('error', reject);
        request.end(text);
      });
    } catch (cause) {
      if (cause instanceof AccessError) throw cause;
      throw new AccessError('internal', unreached(cause, name, signal, deadline), { cause });
    }
    return understood(answer.response, answer.text, name) as T;
  };
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

/** Whether nobody was there at all, so that nothing can have happened. */
export function isUnreachable(error: unknown): boolean {
  const cause = error instanceof AccessError ? (error.cause as NodeJS.ErrnoException) : undefined;
  return unreachable.has(cause?.code ?? '');
}

function unreached(cause: unknown, name: string, signal: AbortSignal, deadline: Seconds): string {
  if (signal.aborted) {
    return `No answer from ${name} within ${deadline} seconds. It may have happened all the same: look before trying again.`;
  }
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
      return `Talking to ${name} failed (${code ?? 'unknown'}). It may have happened all the same: look before trying again.`;
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
