import { Refused } from '../../firewall/wire-rules.ts';
import { runProgram } from '../program.ts';

export type Protocol = 'tcp' | 'udp';

/** Connections of one host with one port of ours, as far as it matters which to cut. */
export interface Flow {
  readonly protocol: Protocol;
  /** The other side. */
  readonly host: string;
  /** On our side. */
  readonly port: number;
  /** Whether the first packet was theirs. */
  readonly theirs: boolean;
}

/** Whether it is a port of ours. */
type IsOurs = (protocol: Protocol, port: number) => boolean;

/**
 * Reads what `conntrack -L` prints. Which side is ours is not in it, so each
 * connection is given both ways: the caller knows their hosts. Strangers can make
 * hundreds of thousands with ports that are not ours: none of these is kept.
 */
export function parseFlows(listing: string, isOurs: IsOurs): Flow[] {
  const lines = listing.matchAll(/^(tcp|udp)\s.*?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/gm);
  const flows = new Map<string, Flow>();
  for (const [, name, source = '', target = '', sport, dport] of lines) {
    const protocol = name as Protocol;
    const both: Flow[] = [
      { protocol, host: source, port: Number(dport), theirs: true },
      { protocol, host: target, port: Number(sport), theirs: false },
    ];
    for (const flow of both) {
      if (isOurs(protocol, flow.port)) flows.set(Object.values(flow).join(), flow);
    }
  }
  return [...flows.values()];
}

/** The connections with our ports that the kernel follows, of both families. @throws Refused `kernel` or Error */
export async function listFlows(conntrack: string, isOurs: IsOurs): Promise<Flow[]> {
  const listings = await Promise.all(
    ['ipv4', 'ipv6'].map((family) => runConntrack(conntrack, ['-L', '-f', family])),
  );
  return listings.flatMap((listing) => parseFlows(listing, isOurs));
}

/** Makes the kernel forget them: their next packets are judged as new ones. */
export async function cutFlow(
  conntrack: string,
  { protocol, host, port, theirs }: Flow,
): Promise<void> {
  const family = host.includes(':') ? 'ipv6' : 'ipv4';
  const ends = theirs ? ['-s', host, '--dport', `${port}`] : ['-d', host, '--sport', `${port}`];
  await runConntrack(conntrack, ['-D', '-f', family, '-p', protocol, ...ends]);
}

async function runConntrack(conntrack: string, args: readonly string[]): Promise<string> {
  const { status, output, errors } = await runProgram(conntrack, args);
  // it also fails when there was nothing to delete
  if (status === 0 || / 0 flow entries have been deleted/.test(errors)) return output;
  throw new Refused('kernel', `conntrack ${args.join(' ')} failed: ${errors.trim()}`);
}
