import { spawn, type ChildProcess } from 'node:child_process';
import type { LogLines } from './log-lines.ts';
import { privilegesOf, type Privileges } from './process-table.ts';
import { labVariable } from './record.ts';

/** Whom a process runs as. Numbers that Debian gives to nobody, so that no account need be made. */
export interface Role {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** The one capability that is left, without `CAP_`. */
  readonly capability?: 'net_admin';
}

/** Who is in it may use the helper's socket. */
const helperGroup = 64_103;

export const roles = {
  serve: { uid: 64_101, gid: 64_101, groups: [helperGroup] },
  helper: { uid: 64_102, gid: helperGroup, groups: [], capability: 'net_admin' },
} as const satisfies Record<string, Role>;

export interface LaunchOptions {
  readonly labId: string;
  readonly command: readonly string[];
  /** Such as `['ip', 'netns', 'exec', 'server']`. */
  readonly prefix: readonly string[];
  readonly role: Role;
  readonly log: LogLines;
  readonly cwd: string;
}

/** A process of the lab, with its privileges dropped. */
export interface Launched {
  readonly pid: number;
  /** Settles when it is gone, with its status or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** What the kernel says that it may do. */
  privileges(): Privileges;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when that has not helped within 15 s, as systemd does. */
  stop(): Promise<void>;
}

export function launch({ labId, command, prefix, role, log, cwd }: LaunchOptions): Launched {
  const [program = '', ...args] = [...prefix, ...dropTo(role), ...command];
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], [labVariable]: labId, NODE_ENV: 'production' },
    // Ctrl-C on the terminal is for the lab, which ends the others in order
    detached: true,
  });
  log.collect(child.stdout);
  log.collect(child.stderr);
  return launched(child);
}

/** `setpriv` replaces itself by the program, so the pid is the program's own. */
export function dropTo({ uid, gid, groups, capability }: Role): string[] {
  const kept = capability ? `-all,+${capability}` : '-all';
  return [
    'setpriv',
    ...[`--reuid=${uid}`, `--regid=${gid}`],
    groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups',
    ...[`--inh-caps=${kept}`, `--ambient-caps=${kept}`, `--bounding-set=${kept}`],
    '--no-new-privs',
    // dies with the lab, even if that is killed
    ...['--pdeathsig', 'KILL', '--'],
  ];
}

function launched(child: ChildProcess): Launched {
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 1));
    child.once('error', () => resolve(127));
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    exited,
    privileges: () => privilegesOf(pid),
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(force);
    },
  };
}

const netAdmin = 1n << 12n; // CAP_NET_ADMIN, capability.h

/** Why the process has other privileges than its role says; undefined when it has exactly those. */
export function wrongPrivileges(has: Privileges, role: Role): string | undefined {
  const allowed = role.capability ? netAdmin : 0n;
  if (has.uid !== role.uid) return `it runs as uid ${has.uid}, not ${role.uid}`;
  if (has.capabilities !== allowed)
    return `its capabilities are 0x${has.capabilities.toString(16)}`;
  if (has.bounding !== allowed) return `its bounding set is 0x${has.bounding.toString(16)}`;
  if (!has.noNewPrivileges) return 'it may gain new privileges';
  return undefined;
}
