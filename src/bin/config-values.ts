import { z } from 'zod';
import { parseAddress, parseNetwork, type Address, type Network } from '../domain/address.ts';
import { isServiceName } from '../domain/service.ts';
import { parseDuration, type Seconds } from '../domain/time.ts';

/** A text that `parse` turns into a value; anything else is told what is allowed. */
function read<T>(parse: (text: string) => T | undefined, allowed: string) {
  return z.string({ error: allowed }).transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: `${allowed}, not "${text}"`, input: text });
    return z.NEVER;
  });
}

export const duration = read<Seconds>(parseDuration, 'a duration such as 90s, 15m, 4h or 7d');
export const address = read<Address>(parseAddress, 'an IPv4 address such as 203.0.113.7');
export const network = read<Network>(
  parseNetwork,
  'a network such as 198.51.100.0/24 or 2001:db8::/32, nothing set behind the prefix',
);
export const path = z
  .string({ error: 'an absolute path' })
  .refine((text) => text.startsWith('/'), 'an absolute path');
export const serviceName = z
  .string()
  .refine(isServiceName, 'a service name: a small letter, then small letters, digits or hyphens');
/** `host:port`, or a host alone (port 3478). */
export const stunServer = z
  .string()
  .regex(/^[A-Za-z0-9.-]+(:[0-9]{1,5})?$/, 'a STUN server such as stun.example.net:3478');
export const timeZone = z.string().refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}, 'a time zone such as Europe/Berlin');
export const port = z.int().min(1).max(65_535);
