import { makeHost, type Host } from '../hosts.ts';
import { senderMac, serverMac } from './frames.ts';

/** Where the frames go. */
export const laneAddresses = { four: '198.18.0.1', six: '2001:db8:ffff::1' } as const;

/** A server with a link of its own to the sender. */
export interface Lane {
  readonly server: Host;
  /** The sender's end. */
  readonly interface: string;
  /** Packets that came over the link so far. */
  arrived(): Promise<number>;
  remove(): Promise<void>;
}

/** The sender of all lanes. It says nothing by itself. */
export async function makeSender(): Promise<Host> {
  const sender = await makeHost();
  // without IPv6 an interface sends nothing that nobody has asked for
  await sender.sh(
    'sh',
    '-ec',
    'for kind in all default; do echo 1 > /proc/sys/net/ipv6/conf/$kind/disable_ipv6; done',
  );
  return sender;
}

/** The nth lane of a sender. Whatever the server answers, to anybody, goes back over the link and is lost. */
export async function makeLane(sender: Host, n: number): Promise<Lane> {
  const server = await makeHost();
  const name = `lane${n}`;
  try {
    // /proc/PID/ns/net
    const network = sender.prefix[1]?.split('/')[2] ?? '';
    await server.sh(
      'sh',
      '-ec',
      `ip link add link0 address ${serverMac} type veth peer name ${name} netns ${network}
ip address add ${laneAddresses.four}/24 dev link0
ip address add ${laneAddresses.six}/64 dev link0 nodad
ip link set link0 up
for far in 198.18.0.2 2001:db8:ffff::2; do
  ip neighbour add $far lladdr ${senderMac} nud permanent dev link0
  ip route add default via $far
done`,
    );
    await sender.sh('ip', 'link', 'set', name, 'up');
  } catch (error) {
    await server.remove();
    throw error;
  }
  return {
    server,
    interface: name,
    async arrived() {
      const link = await server.sh('ip', '-j', '-s', 'link', 'show', 'dev', 'link0');
      const [{ stats64 }] = JSON.parse(link) as [{ stats64: { rx: { packets: number } } }];
      return stats64.rx.packets;
    },
    remove: () => server.remove(),
  };
}

/** Counts what has got past all rules, and drops it, so that it comes to the same end everywhere. */
export async function makeEnd(server: Host): Promise<{ passed: () => Promise<number> }> {
  await server.sh(
    'nft',
    'table inet bench_end { chain arrived { type filter hook input priority 300; iif lo accept; counter drop; }; }',
  );
  return {
    async passed() {
      const end = await server.sh('nft', 'list', 'table', 'inet', 'bench_end');
      return Number(/counter packets (\d+)/.exec(end)?.[1]);
    },
  };
}
