import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readlinkSync } from 'node:fs';
import { sh } from '../lab/shell.ts';

/** A network of its own, which lives as long as the bench: even where that is killed, nothing is left. */
export interface Host {
  /** What to put before a command so that it runs there. */
  readonly prefix: readonly string[];
  /** Of the process that holds the network. */
  readonly pid: number;
  /** Runs a program there to its end (30 s at most) and returns what it printed. */
  sh(...words: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A server, and a client that can have any address in the world: the server's default route leads to it. */
export interface Pair {
  readonly server: Host;
  readonly client: Host;
  remove(): Promise<void>;
}

/** For benchmarks (RFC 2544). */
export const pairAddresses = {
  server: '198.18.0.1',
  client: '198.18.0.2',
  /** All of them are the client's: 198.19.0.0 to 198.19.255.255. */
  clients: '198.19.0.0/16',
} as const;

/** The client's nth address, from 0 to 65,535. */
export const clientAddress = (n: number): string => `198.19.${n >> 8}.${n & 255}`;

export async function makeHost(): Promise<Host> {
  // the network has no name and no file: it is there while this one process is
  const holder = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', '--net', '--', 'sleep', 'infinity'],
    { stdio: 'ignore', detached: true },
  );
  const ended = once(holder, 'exit');
  holder.unref(); // a host that was forgotten does not keep the bench from its end
  const pid = holder.pid ?? 0;
  const prefix = ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
  const host: Host = {
    prefix,
    pid,
    sh: (...words) => {
      const [program = '', ...more] = [...prefix, ...words];
      return sh(program, ...more);
    },
    async remove() {
      holder.ref();
      holder.kill('SIGKILL');
      await ended;
    },
  };
  await inItsOwn(holder);
  await host.sh('ip', 'link', 'set', 'lo', 'up');
  return host;
}

/** Until the process has left our network. */
async function inItsOwn(holder: ChildProcess): Promise<void> {
  const ours = readlinkSync('/proc/self/ns/net');
  for (let tries = 0; tries < 500; tries++) {
    if (holder.exitCode !== null) break;
    try {
      if (readlinkSync(`/proc/${holder.pid}/ns/net`) !== ours) return;
    } catch {
      break; // it has ended
    }
    await sleep(4);
  }
  holder.kill('SIGKILL');
  throw new Error('A network namespace could not be made: unshare --net has failed.');
}

export async function makePair(): Promise<Pair> {
  const server = await makeHost();
  const client = await makeHost().catch(async (error: unknown) => {
    await server.remove();
    throw error;
  });
  const pair: Pair = {
    server,
    client,
    remove: async () => void (await Promise.all([server.remove(), client.remove()])),
  };
  try {
    const { server: serverAddress, client: far, clients } = pairAddresses;
    await server.sh(
      'sh',
      '-ec',
      `ip link add to-client type veth peer name to-server netns ${client.pid}
ip address add ${serverAddress}/24 dev to-client
ip link set to-client up`,
    );
    await client.sh(
      'sh',
      '-ec',
      `ip address add ${far}/24 dev to-server
ip link set to-server up
ip route add default via ${serverAddress}
ip route add local ${clients} dev lo`,
    );
    await server.sh('ip', 'route', 'add', 'default', 'via', far);
    return pair;
  } catch (error) {
    await pair.remove();
    throw error;
  }
}
