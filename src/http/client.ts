import type { Seconds } from '../domain/time.ts';
import type { Target } from './client-target.ts';
import { createSend } from './client-transport.ts';

export type { Target } from './client-target.ts';
export { createFollow, type Follow, type ServerEvent } from './client-events.ts';
export { isUnreachable } from './client-transport.ts';

/**
 * The REST API from outside; paths as in docs/rest.md, answers as in answers.ts.
 * Rejections are AccessError with the code that the server meant; where no
 * server was there at all, `isUnreachable` tells.
 */
export interface RestClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

/** @param options.deadline for each request as a whole; by default longer than the server's own. */
export function createClient(
  target: Target,
  options: { readonly deadline?: Seconds } = {},
): RestClient {
  const send = createSend(target, options.deadline ?? 20);
  return {
    get: (path) => send('GET', path),
    post: (path, body = {}) => send('POST', path, body),
    patch: (path, body) => send('PATCH', path, body),
    delete: (path) => send('DELETE', path),
  };
}
