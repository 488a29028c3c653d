import { Refused } from '../../firewall/wire-rules.ts';
import { reasonOf } from '../log.ts';
import { runProgram } from '../program.ts';

/** ipset said no. Of a batch, the lines before the one at fault have been carried out. */
export class IpsetRefused extends Error {
  override readonly name = 'IpsetRefused';
}

/** ipset is not there, or did not end in time: nobody knows what was carried out. */
export class IpsetLost extends Error {
  override readonly name = 'IpsetLost';
}

/** Runs ipset once. @throws IpsetRefused or IpsetLost */
export async function runIpset(
  ipset: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const result = await runProgram(ipset, args, input).catch((error: unknown) => {
    throw new IpsetLost(`ipset did not end: ${reasonOf(error)}`);
  });
  const { status, output, errors } = result;
  if (status === 0) return output;
  const words = errors.trim().replace(/^ipset v\S+: /, '');
  // a warning about the kernel's version may stand before the error
  if (status !== null) throw new IpsetRefused(words.split('\n').at(-1) ?? 'no reason given');
  throw new IpsetLost('ipset was killed.');
}

export const isMissing = (error: unknown): boolean =>
  error instanceof IpsetRefused && /given name does not exist/.test(error.message);

export interface Listed {
  readonly address: string;
  /** Left in the kernel, rounded down; an element that somebody else made to last for ever has ten years. */
  readonly seconds: number;
  readonly packets: number;
}

/** How long lasts what has no end. Seconds. */
export const forEver = 10 * 31_536_000;

/** What is in a set, of that which is wanted; in one that is missing is nobody. @throws Refused `kernel` */
export async function listIpset(
  ipset: string,
  name: string,
  wanted: (address: string) => boolean = () => true,
): Promise<Listed[]> {
  try {
    return parseSave(await runIpset(ipset, ['save', name]), wanted);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new Refused('kernel', `ipset cannot list ${name}: ${reasonOf(error)}`);
  }
}

/** Reads what `ipset save` prints. */
export function parseSave(
  saved: string,
  wanted: (address: string) => boolean = () => true,
): Listed[] {
  const listed: Listed[] = [];
  const elements = saved.matchAll(/^add \S+ (\S+)(?: timeout (\d+))?(?: packets (\d+))?/gm);
  for (const [, address = '', timeout = '0', packets = '0'] of elements) {
    if (!wanted(address)) continue;
    // the kernel says 1 for what is just ending, and 0 for what never does
    listed.push({ address, seconds: Number(timeout) || forEver, packets: Number(packets) });
  }
  return listed;
}
