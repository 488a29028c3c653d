import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../src/domain/address.ts';
import { joinNamespaces, makeNamespace, type Namespace } from '../fixtures/namespace.ts';
import { Agent } from './agent.ts';

export const serverAddress = '192.0.2.1';
export const serverAddress6 = '2001:db8:ffff::1';
export const travellers6 = ['fd00::1:5', 'fd00::1:6'] as const;

export const roamerAddress = '192.0.2.9';
const roamerAddress6 = '2001:db8:ffff::9';
/** Any address of these is the roaming host's own; of the first network are the newcomers. */
const roaming = [
  '203.0.113.0/24',
  '198.51.100.0/24',
  '198.18.0.0/16',
  '2001:db8::/48',
  '2001:db8:1::/48',
  'fd00::/16',
];

/** For a process to begin on a busy machine. Milliseconds. */
const patience = 15_000;

/** A network of two hosts: a PBX that listens, and a roaming one with as many addresses as it likes. */
export class TwoHosts {
  readonly inside: Namespace = makeNamespace();
  readonly outside: Namespace = makeNamespace();
  /** What joins them, on either. */
  readonly device: string;
  readonly pbx: Agent;
  readonly roamer: Agent;
  #last = 0;
  #connections = 0;

  constructor() {
    const { inside, outside } = this;
    this.device = joinNamespaces(inside, `${serverAddress}/24`, outside, `${roamerAddress}/24`);
    const address6 = (space: Namespace, address: string): string =>
      space.run('ip', 'address', 'add', `${address}/64`, 'dev', this.device, 'nodad');
    address6(inside, serverAddress6);
    address6(outside, roamerAddress6);
    for (const network of roaming) {
      const via = network.includes(':') ? roamerAddress6 : roamerAddress;
      inside.run('ip', 'route', 'add', network, 'via', via);
      outside.run('ip', 'route', 'add', 'local', network, 'dev', 'lo');
    }
    outside.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind');
    this.pbx = new Agent(inside);
    this.roamer = new Agent(outside);
  }

  /** The PBX listens for web (80), for what everybody may reach (9000) and for SIP (5060). */
  async listen(...more: number[]): Promise<void> {
    for (const port of [80, 9000, ...more]) {
      this.pbx.tell('listen', port);
      if (!(await this.pbx.says(`up ${port}`, patience)))
        throw new Error(`Nobody listens at ${port}.`);
    }
    this.pbx.tell('udp', 'sip', '0.0.0.0', 5060);
    if (!(await this.pbx.says('up sip', patience))) throw new Error('Nobody listens at udp 5060.');
  }

  /** An address that no test has used before. */
  newcomer(): Address {
    return `203.0.113.${++this.#last}` as Address;
  }

  /** A connection from there: its name, or undefined when it is turned away. */
  async connect(from: string, port = 80): Promise<string | undefined> {
    const id = `c${++this.#connections}`;
    const to = from.includes(':') ? serverAddress6 : serverAddress;
    return (await this.roamer.connects(id, from, to, port)) ? id : undefined;
  }

  /** Whether something said on the connection comes back. */
  async echoes(id: string, within = 400): Promise<boolean> {
    const words = `w${++this.#connections}`;
    this.roamer.tell('write', id, words);
    return this.roamer.says(`data ${id} echo:${words}`, within);
  }

  /** Whether the connection falls silent, now or soon: a busy machine cuts slowly. */
  async falls(id: string): Promise<boolean> {
    for (const end = performance.now() + 5000; performance.now() < end; await sleep(100)) {
      if (!(await this.echoes(id))) return true;
    }
    return false;
  }

  remove(): void {
    this.pbx.end();
    this.roamer.end();
    this.inside.remove();
    this.outside.remove();
  }
}
