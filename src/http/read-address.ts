import { isIPv6 } from 'node:net';
import { parseAddress, type Address } from '../domain/address.ts';

/**
 * Reads an address as programs show it: an IPv6 host may have capitals, leading
 * zeros and whole runs of zeros, which the canonical form (RFC 5952) has not.
 */
export function readAddress(text: string): Address | undefined {
  const [host = '', ...width] = text.split('/');
  // node takes a zone here, a URL none
  const url = `http://[${host}]`;
  if (!isIPv6(host) || !URL.canParse(url)) return parseAddress(text);
  return parseAddress([new URL(url).hostname.slice(1, -1), ...width].join('/'));
}
