import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogLines } from '../lab/log-lines.ts';
import { removeNamespaces } from '../lab/network.ts';
import { packageRoot } from '../lab/package-root.ts';
import { launch, roles, type Launched } from '../lab/processes.ts';
import { sh } from '../lab/shell.ts';
import { HelperClient } from '../src/firewall/helper-client.ts';
import type { WireTimings } from '../src/firewall/wire.ts';

/** The privileged helper in a network namespace of its own, and nothing else. */
export interface LoneHelper {
  readonly client: HelperClient;
  /** Of the helper's own process, as it is now. */
  readonly pid: number;
  /** Ends and starts it again; ms until it said that it was ready. */
  restart(meanwhile?: () => Promise<unknown>): Promise<number>;
  nft(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** `limits` are merged over helper.json; `opened` is told the helper's own times of each open. */
export async function startLoneHelper(
  limits: object,
  opened: (timings: WireTimings) => void = () => {},
): Promise<LoneHelper> {
  const id = randomBytes(4).toString('hex');
  const space = `dgb${id}`;
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-bench-'));
  chmodSync(folder, 0o755);
  for (const part of ['run', 'state']) {
    mkdirSync(join(folder, part), { mode: 0o700 });
    chownSync(join(folder, part), roles.helper.uid, roles.helper.gid);
  }
  for (const part of ['helper', 'firewall']) {
    cpSync(join(packageRoot, 'dist/src', part), join(folder, 'src', part), { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const socket = join(folder, 'run/helper.sock');
  const config = join(folder, 'helper.json');
  const basis = {
    socket,
    state: join(folder, 'state'),
    armed: true,
    services: { sip: ['udp/5060', 'tcp/5060-5061'], web: ['tcp/443'] },
    longest: 43_200,
    mostAddresses: 4096,
  };
  writeFileSync(config, JSON.stringify({ ...basis, ...limits }), { mode: 0o644 });
  await sh('ip', 'netns', 'add', space);

  let starts = 0;
  const start = async (): Promise<Launched> => {
    const log = new LogLines(join(folder, `helper${++starts}.log`));
    const helper = launch({
      labId: id,
      command: [
        process.execPath,
        '--optimize-for-size',
        '--max-semi-space-size=2',
        join(folder, 'src/helper/main.js'),
        '--config',
        config,
      ],
      prefix: ['ip', 'netns', 'exec', space],
      role: roles.helper,
      log,
      cwd: folder,
    });
    await Promise.race([
      log.waitFor('the helper', ({ fields }) => fields['event'] === 'ready', 30_000),
      helper.exited.then(() => Promise.reject(new Error('The helper has ended.'))),
    ]);
    return helper;
  };

  let helper = await start();
  const client = new HelperClient({ socket, latency: (_all, timings) => opened(timings) });
  return {
    client,
    get pid() {
      return helper.pid;
    },
    nft: (...words) => sh('ip', 'netns', 'exec', space, 'nft', ...words),
    async restart(meanwhile = () => sleep(0)) {
      await helper.stop();
      await meanwhile();
      const began = performance.now();
      helper = await start();
      return performance.now() - began;
    },
    async stop() {
      client.stop();
      await helper.stop();
      await removeNamespaces([space]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
