import { setTimeout as sleep } from 'node:timers/promises';
import { joinNamespaces, makeNamespace, type Namespace } from '../fixtures/namespace.ts';
import { Agent } from './agent.ts';

export const serverAddress = '192.0.2.1';
export const serverAddress6 = '2001:db8:ffff::1';
export const travellers6 = ['fd00::1:5', 'fd00::1:6'] as const;

/** A network of two hosts: a PBX that listens, and a roaming one with many addresses. */
export class TwoHosts {
  readonly inside: Namespace = makeNamespace();
  readonly outside: Namespace = makeNamespace();
  readonly pbx: Agent;
  readonly roamer: Agent;
  #last = 0;
  #connections = 0;

  constructor() {
    const { inside, outside } = this;
    joinNamespaces(inside, `${serverAddress}/24`, outside, '192.0.2.9/24');
    const device = (space: Namespace): string =>
      /dev (\S+)/.exec(space.run('ip', 'route', 'show', '192.0.2.0/24'))?.[1] ?? '';
    const add = (space: Namespace, address: string): string =>
      space.run('ip', 'address', 'add', address, 'dev', device(space), 'nodad');
    inside.run('ip', 'route', 'add', '203.0.113.0/24', 'dev', device(inside));
    add(inside, `${serverAddress6}/128`);
    inside.run('ip', 'route', 'add', 'fd00::/8', 'dev', device(inside));
    outside.run('ip', 'route', 'add', serverAddress6, 'dev', device(outside));
    for (const host of travellers6) add(outside, `${host}/128`);
    for (let n = 1; n <= 30; n++) add(outside, `203.0.113.${n}/32`);
    this.pbx = new Agent(inside);
    this.roamer = new Agent(outside);
  }

  /** Listens for web (80), for what everybody may reach (9000) and for SIP (5060). */
  async listen(): Promise<void> {
    for (const port of [80, 9000]) {
      this.pbx.tell('listen', port);
      await this.pbx.says(`up ${port}`);
    }
    this.pbx.tell('udp', 'sip', '0.0.0.0', 5060);
    await this.pbx.says('up sip');
  }

  /** An address that no test has used before. */
  newcomer(): string {
    return `203.0.113.${++this.#last}`;
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
