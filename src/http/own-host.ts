import type { RequestHandler } from 'express';
import { answerProblem } from './problems.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests addressed to a name that is not ours: a web page whose name
 * has been pointed at the loopback address (DNS rebinding) still names itself in
 * `Host`, because the browser sets it.
 */
export function ownHostOnly(names: readonly string[]): RequestHandler {
  const own = new Set([...loopback, ...names.map(asInHost)]);
  return (request, response, next) => {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:[0-9]*$/, '');
    if (own.has(host.replace(/\.$/, ''))) {
      next();
      return;
    }
    answerProblem(
      response,
      'misdirected',
      'The Host header names none of the names that this server is configured with.',
    );
  };
}

/** Whether a peer is on this host. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** An IPv6 address stands in brackets there (RFC 3986). */
function asInHost(name: string): string {
  const plain = name.toLowerCase();
  return plain.includes(':') && !plain.startsWith('[') ? `[${plain}]` : plain;
}
