import type { Standing } from '../src/domain/entry.ts';
import type { LoneHelper } from './lone-helper.ts';

/** The nth of 16 million hosts: of 198.18.0.0/15, for benchmarks (RFC 2544), there are not enough. */
export const hostTarget = (n: number): string =>
  `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

/** The same of IPv6, each in a network of its own. */
export const hostTarget6 = (n: number): string =>
  `2001:db8:${((n >> 16) + 1).toString(16)}:${(n & 0xffff).toString(16)}::1`;

/** The address `host` of the nth of 262,144 networks of 16. */
const inNetwork = (n: number, host: number): string =>
  `100.${64 + (n >> 12)}.${(n >> 4) & 255}.${((n & 15) << 4) + host}`;

export const networkTarget = (n: number): string => `${inNetwork(n, 0)}/28`;

/** Someone who is in {@link networkTarget}. */
export const hostOfNetwork = (n: number): string => inNetwork(n, 5);

/** For good. A host has an element in the kernel for each of the services. */
export const standingFor = (targets: readonly string[], services: readonly string[]): Standing[] =>
  targets.map((target) => ({ target, services, until: null }));

/** Makes the helper's standing entries exactly these. @throws Error when one is at fault */
export async function stand(helper: LoneHelper, entries: readonly Standing[]): Promise<void> {
  const { failed } = await helper.client.stand(entries);
  if (failed.length > 0) throw new Error(`${failed[0]?.target}: ${failed[0]?.reason}`);
}
