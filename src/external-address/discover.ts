import { createSocket } from 'node:dgram';
import { request } from '@msimerson/stun';
import { parseAddress, type Address } from '../domain/address.ts';
import type { Seconds } from '../domain/time.ts';

/** Settles with `undefined` when the work takes longer; the work itself bounds its own retries. */
async function within<T>(limit: Seconds, work: Promise<T>): Promise<T | undefined> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timeout = setTimeout(() => resolve(undefined), limit * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * The address that a STUN server (`host:port`) sees us come from, RFC 8489;
 * `undefined` when it does not answer in time or answers with something else than IPv4.
 */
export async function askStun(server: string, limit: Seconds): Promise<Address | undefined> {
  try {
    const asked = request(server, { timeout: 250, retries: 4 });
    // a refusal that comes after our own limit must not end the process
    asked.catch(() => undefined);
    const answer = await within(limit, asked);
    const seen = answer?.getXorAddress() ?? answer?.getAddress();
    return seen && parseAddress(seen.address);
  } catch {
    return undefined;
  }
}

/**
 * The address that packets to the world leave from. Connecting a UDP socket
 * makes the kernel choose a route and sends nothing.
 */
export function defaultRouteAddress(): Promise<Address | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (address: Address | undefined): void => {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.close();
      resolve(address);
    };
    socket.once('error', () => settle(undefined));
    socket.once('connect', () => settle(parseAddress(socket.address().address)));
    // any address outside; this one is reserved for documentation (RFC 5737)
    socket.connect(9, '192.0.2.1');
  });
}
