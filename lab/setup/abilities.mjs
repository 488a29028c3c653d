import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** The things that the lab asks of nftables, in a few lines. */
const ruleset = `
add table inet dialgate_probe
add set inet dialgate_probe hosts { type ipv4_addr; flags timeout; }
add chain inet dialgate_probe pre { type filter hook prerouting priority -155; policy accept; }
add rule inet dialgate_probe pre fib daddr type != local accept
add rule inet dialgate_probe pre ct direction reply accept
add rule inet dialgate_probe pre ip saddr @hosts counter accept
`;

/**
 * What the kernel lets us do, found by doing it in a namespace that goes at
 * once: `namespaces` (network namespaces joined by veth pairs), `nftables`
 * (tables of our own in them). `why` holds the kernel's words for each refusal.
 */
async function kernelAbilities() {
  const namespaces = await inNamespace('ip link add dgprobe0 type veth peer name dgprobe1');
  const named = namespaces.status === 0 ? await namedNamespace() : namespaces;
  const nftables = await inNamespace(`nft '${ruleset}'`);
  const why = {};
  if (named.status !== 0) why.namespaces = lastLine(named.output);
  if (nftables.status !== 0) why.nftables = lastLine(nftables.output);
  return { namespaces: named.status === 0, nftables: nftables.status === 0, why };
}

/** Finds them out, and writes them where the tests, which are other processes, read them. */
export async function recordAbilities(root) {
  const abilities = await kernelAbilities();
  mkdirSync(join(root, '.state'), { recursive: true });
  writeFileSync(
    join(root, '.state', 'machine.json'),
    `${JSON.stringify({ abilities }, null, 2)}\n`,
  );
  return abilities;
}

function inNamespace(script) {
  return run('unshare', ['--net', '--mount', 'sh', '-c', script], { seconds: 20 });
}

/** `ip netns` also mounts, which some containers refuse; the mount stays in a namespace of its own. */
function namedNamespace() {
  const script = 'mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && ip netns add dgprobe';
  return run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
    seconds: 20,
  });
}

function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? '';
}
