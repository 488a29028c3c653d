import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant, Gate, Place } from './gate.ts';
import { restore, writeRules } from './iptables.ts';

/** Travelin' Man lets an address in to everything. */
const ruleFor = (address: string): string => `-A INPUT -s ${address} -j ACCEPT`;

export const appending: Contestant = {
  name: 'iptables -A',
  trigger: 'the start of the script',
  entry: 'an accept rule in INPUT',
  start: (place, entries) => startScript(place, entries, 'iptables -A INPUT -s "$1" -j ACCEPT'),
};

export const restoring: Contestant = {
  name: 'iptables-restore',
  trigger: 'the start of the script',
  entry: 'an accept rule in the file and in INPUT',
  start: (place, entries) =>
    startScript(
      place,
      entries,
      `sed -i "s/^COMMIT$/-A INPUT -s $1 -j ACCEPT\\nCOMMIT/" "$2"
iptables-restore "$2"`,
    ),
};

async function startScript(
  { pair, folder, starter, prober }: Place,
  entries: number,
  lines: string,
): Promise<Gate> {
  const rules = join(folder, 'rules.v4');
  await writeRules(rules, entries, ruleFor);
  await restore(pair.server, rules);
  const script = join(folder, 'add-ip');
  // the quickest shell that Debian has is its /bin/sh
  writeFileSync(script, `#!/bin/sh -e\n${lines}\n`);
  chmodSync(script, 0o755);
  return {
    open: (address) =>
      prober.watching(address, async () => {
        starter.say([script, address, rules].join('\t'));
        const [at, status] = (await starter.next()).split(' ').map(Number);
        if (at === undefined || status !== 0) throw new Error(`The script failed (${status}).`);
        return at;
      }),
    remove: () => Promise.resolve(),
  };
}
