import { mkdirSync } from 'node:fs';
import { sh } from './shell.ts';
import { labsFolder, type Place } from './record.ts';

/** Documentation addresses only (RFC 5737). */
export const addresses = {
  /** The server's external address: where it is phoned and what travellers connect to. */
  server: '198.51.100.10',
  carrier: '192.0.2.20',
  roaming: '203.0.113.7',
} as const;

/** Two more addresses that the roaming host has, for tests with several travellers. */
export const moreRoaming = ['203.0.113.8', '203.0.113.9'] as const;

/**
 * Three hosts: the server in the middle, with a link to the carrier
 * (192.0.2.0/24) and one to the roaming host (203.0.113.0/24). Links are made
 * inside the namespaces, so nothing of it ever shows on the machine itself.
 */
export async function makeNetwork(names: Readonly<Record<Place, string>>): Promise<void> {
  await underLock(`
mountpoint -q /run/netns || touch ${ourMark}
for name in ${names.server} ${names.carrier} ${names.roaming}; do ip netns add "$name"; done`);
  const far = (
    place: 'carrier' | 'roaming',
    gateway: string,
    ...own: readonly string[]
  ): string => `
ip -n ${names.server} link add to-${place} type veth peer name to-server netns ${names[place]}
ip -n ${names.server} address add ${gateway}/24 dev to-${place}
ip -n ${names.server} link set to-${place} up
${own.map((address) => `ip -n ${names[place]} address add ${address}/24 dev to-server`).join('\n')}
ip -n ${names[place]} link set lo up
ip -n ${names[place]} link set to-server up
ip -n ${names[place]} route add default via ${gateway}`;
  await sh(
    'sh',
    '-ec',
    `ip -n ${names.server} link set lo up
ip -n ${names.server} address add ${addresses.server}/32 dev lo
${far('carrier', '192.0.2.1', addresses.carrier)}
${far('roaming', '203.0.113.1', addresses.roaming, ...moreRoaming)}
# the server opens ports below 1024 without being root
ip netns exec ${names.server} sh -c 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start'`,
  );
}

/** What is not there is no error. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  mkdirSync(labsFolder, { recursive: true });
  await underLock(`
for name in ${names.join(' ')}; do
  [ ! -e "/run/netns/$name" ] || ip netns delete "$name"
done
# the first "ip netns" of a machine also mounts a folder; where that was ours, it goes with our last
if [ -e ${ourMark} ] && [ -z "$(ls -A /run/netns)" ]; then
  umount /run/netns 2>/dev/null || true
  rmdir /run/netns 2>/dev/null || true
  rm -f ${ourMark}
fi`);
}

const ourMark = `${labsFolder}/.netns-mount-is-ours`;

/** Labs come and go side by side, and share that one mount. */
function underLock(script: string): Promise<string> {
  return sh('flock', `${labsFolder}/.lock`, 'sh', '-ec', script);
}

/** What to put before a command so that it runs at one of the places. */
export function at(namespace: string): readonly string[] {
  return ['ip', 'netns', 'exec', namespace];
}
