import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { hostTarget } from '../entries.ts';
import type { Host } from '../hosts.ts';

const start = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
`;

/**
 * Writes a file for iptables-restore: what is under way and `entries` hosts get in,
 * nobody else. `ruleFor` is an entry's line.
 */
export async function writeRules(
  file: string,
  entries: number,
  ruleFor: (address: string) => string,
  begin = start,
): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(begin);
  for (let n = 0; n < entries; n++) stream.write(`${ruleFor(hostTarget(n))}\n`);
  stream.end('COMMIT\n');
  await once(stream, 'finish');
}

export async function restore(
  host: Host,
  file: string,
  ...words: readonly string[]
): Promise<void> {
  await host.sh('iptables-restore', ...words, file);
}
