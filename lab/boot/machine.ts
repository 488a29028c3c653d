import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPlace, type PlaceInside } from '../inside/place.ts';
import { labVariable } from '../record.ts';
import { ran, type Ran } from './ran.ts';

export interface MachineOptions {
  /** Its root filesystem. What it says goes beside it, into `log`. */
  readonly tree: string;
  readonly log: string;
  /** Without it has no interface but loopback. */
  readonly network: boolean;
}

/** Addresses of the guest and of who comes to it (RFC 5737). */
export const addresses = {
  guest: '192.0.2.15',
  /** Let in by an entry, trusted by helper.json, and neither. */
  office: '192.0.2.2',
  trusted: '192.0.2.7',
  stranger: '192.0.2.9',
} as const;

/** Milliseconds. */
const patience = { start: 20_000, end: 60_000 };

/**
 * One start of a guest, from power on to power off: systemd as the first process of namespaces
 * of its own, with a network that is new, and so without any rules, at each start. The kernel
 * is this machine's.
 */
export class Machine {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #first: number;
  /** The other side of its network. */
  readonly outside: PlaceInside;

  private constructor(child: ChildProcess, ended: Promise<void>, first: number) {
    this.#child = child;
    this.#ended = ended;
    this.#first = first;
    this.outside = openPlace('boot', ['nsenter', '--net', '--target', String(child.pid)]);
  }

  /** Resolves when systemd runs: it has yet to start everything. @throws Error that names the log. */
  static async start({ tree, log, network }: MachineOptions): Promise<Machine> {
    const said = openSync(log, 'w');
    // dies with us, even if we are killed, and everything in its namespaces with it
    const enclosed = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'unshare', ...enclosed, '--', 'sh', '-ec', guest(tree, network)],
      { stdio: ['ignore', said, said], env: { PATH: process.env['PATH'], [labVariable]: 'boot' } },
    );
    closeSync(said);
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    const deadline = performance.now() + patience.start;
    for (;;) {
      const first = child.pid === undefined ? undefined : systemdBelow(child.pid);
      if (first !== undefined) return new Machine(child, ended, first);
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`The guest does not start: ${log}`);
      }
      await sleep(20);
    }
  }

  /** Runs a script in the guest, as root. */
  run(script: string, seconds = 60): Promise<Ran> {
    const target = ['--target', String(this.#first), '--all', '--root'];
    return ran('nsenter', [...target, 'sh', '-c', `cd /\n${script}`], seconds);
  }

  /** What it printed. @throws Error where it did not end with status 0. */
  async ask(script: string): Promise<string> {
    const { status, output } = await this.run(script);
    if (status !== 0) throw new Error(`${script.trim()}: status ${status}: ${output}`);
    return output;
  }

  /** As the administrator does it. */
  async shutDown(): Promise<void> {
    await this.ask('systemctl --no-block poweroff');
    const timer = new AbortController();
    const late = sleep(patience.end, true, { signal: timer.signal }).catch(() => false);
    const tooLate = await Promise.race([this.#ended.then(() => false), late]);
    timer.abort();
    await this.cutPower();
    if (tooLate) throw new Error('The guest does not shut down.');
  }

  async cutPower(): Promise<void> {
    this.outside.stop();
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** The net that the guest is on, and the guest. */
function guest(tree: string, network: boolean): string {
  const { office, trusted, stranger } = addresses;
  const around = `ip link set lo up
( until ip link set out up 2>/dev/null; do sleep 0.01; done
  ${[office, trusted, stranger].map((one) => `ip address add ${one}/24 dev out`).join('\n  ')} ) &`;
  const options = [
    ...['--boot', '--register=no', '--keep-unit', '--console=pipe', '--machine=pbx'],
    ...[`--directory=${tree}`, '--resolv-conf=off', '--timezone=off', '--link-journal=no'],
    ...['--private-network', '--capability=CAP_NET_ADMIN'],
    ...(network ? ['--network-veth-extra=out:eth0'] : []),
  ];
  return `${network ? around : ''}
exec systemd-nspawn ${options.join(' ')}`;
}

/** The descendant that is the first process of the innermost namespace; its number here. */
function systemdBelow(pid: number): number | undefined {
  for (const child of childrenOf(pid)) {
    const status = readProc(child, 'status');
    const numbers = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split('\t') ?? [];
    const isSystemd = /^Name:\s+systemd$/m.test(status);
    if (isSystemd && numbers.length === 3 && numbers.at(-1) === '1') return child;
    const below = systemdBelow(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

function childrenOf(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // gone meanwhile
  }
  return threads.flatMap((thread) =>
    readProc(pid, join('task', thread, 'children'))
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
