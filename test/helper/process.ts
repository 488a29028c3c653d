import {
  chownSync,
  cpSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
  chmodSync,
  mkdirSync,
} from 'node:fs';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtEntry } from '../fixtures/built.ts';
import type { Namespace } from '../fixtures/namespace.ts';

/** An ordinary user that nobody else is. */
export const helperUid = 64_123;

/** As systemd would do it: CAP_NET_ADMIN in every set and nothing else. */
export const droppedPrivileges = [
  `--reuid=${helperUid}`,
  `--regid=${helperUid}`,
  '--clear-groups',
  '--inh-caps=-all,+net_admin',
  '--ambient-caps=-all,+net_admin',
  '--bounding-set=-all,+net_admin',
  '--no-new-privs',
  // a change of rights forgets what `unshare --kill-child` has asked for
  '--pdeathsig=KILL',
];

export const usualLimits = {
  table: 'dialgate',
  services: { web: ['tcp/80', 'tcp/8000-8010'], sip: ['udp/5060-5061'] },
  trusted: ['198.51.100.0/24', '2001:db8::/32'],
  longest: 86_400,
  mostAddresses: 100,
  networks: true,
  armed: true,
};

/** A folder with a root-owned configuration, the socket's folder and a copy of the helper that its user can read. */
export interface HelperHome {
  readonly config: string;
  readonly socket: string;
  readonly adminSocket: string;
  /** What the helper keeps across restarts. */
  readonly state: string;
  readonly main: string;
  /** Writes the configuration anew, for the next start. */
  configure(limits: object): void;
  remove(): void;
}

export async function makeHome(limits: object = usualLimits): Promise<HelperHome> {
  const home = mkdtempSync(join(tmpdir(), 'dialgate-helper-'));
  chmodSync(home, 0o755);
  const [run, state] = [join(home, 'run'), join(home, 'state')];
  for (const folder of [run, state]) {
    mkdirSync(folder, { mode: 0o755 });
    chownSync(folder, helperUid, helperUid);
  }
  const config = join(home, 'helper.json');
  const socket = join(run, 'socket');
  const configure = (changed: object): void =>
    writeFileSync(config, JSON.stringify({ state, ...changed, socket }), { mode: 0o644 });
  configure(limits);
  const compiled = dirname(dirname(await builtEntry('helper/main')));
  for (const part of ['helper', 'firewall']) {
    cpSync(join(compiled, part), join(home, 'src', part), { recursive: true });
  }
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  return {
    config,
    socket,
    adminSocket: join(run, 'guard.sock'),
    state,
    configure,
    main: join(home, 'src/helper/main.js'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A helper as a real process, with its privileges dropped, in a namespace. */
export class HelperProcess {
  readonly child: ChildProcessWithoutNullStreams;
  errors = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
  }

  static async start(space: Namespace, home: HelperHome): Promise<HelperProcess> {
    const helper = HelperProcess.launch(space, home);
    await helper.says('"event":"ready"');
    return helper;
  }

  /** Without waiting for it to be ready; `under` is a command that ends by running another. */
  static launch(space: Namespace, home: HelperHome, under: readonly string[] = []): HelperProcess {
    const helper = [process.execPath, home.main, '--config', home.config];
    const [program, ...args] = [...under, 'setpriv', ...droppedPrivileges, ...helper] as const;
    return new HelperProcess(space.start(program ?? '', ...args));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until the log holds the text, from a place in it on. */
  async says(text: string, from = 0): Promise<void> {
    for (let tries = 0; tries < 1000; tries++) {
      if (this.errors.includes(text, from)) return;
      if (this.child.exitCode !== null) break;
      await sleep(10);
    }
    throw new Error(`The helper never said ${text}; it said:\n${this.errors}`);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }
}
