import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogLines } from '../lab/log-lines.ts';
import { packageRoot } from '../lab/package-root.ts';
import { launch, roles, type Launched } from '../lab/processes.ts';
import { HelperClient } from '../src/firewall/helper-client.ts';
import type { WireTimings } from '../src/firewall/wire.ts';
import { makeHost, type Host } from './hosts.ts';
import { makeScratch } from './scratch.ts';

/** The privileged helper in a network of its own, or in that of a host, and nothing else. */
export interface LoneHelper {
  readonly client: HelperClient;
  /** Of the helper's own process, as it is now. */
  readonly pid: number;
  /** Ends and starts it again; ms until it said that it was ready. */
  restart(meanwhile?: () => Promise<unknown>): Promise<number>;
  nft(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * `limits` are merged over helper.json; `opened` is told the helper's own times of each
 * open. A `host` that is given stays when the helper is stopped.
 */
export async function startLoneHelper(
  limits: object,
  opened: (timings: WireTimings) => void = () => {},
  host?: Host,
): Promise<LoneHelper> {
  const id = randomBytes(4).toString('hex');
  const scratch = makeScratch();
  const { folder } = scratch;
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
  const there = host ?? (await makeHost());

  let starts = 0;
  const start = (): { readonly process: Launched; readonly ready: Promise<unknown> } => {
    const log = new LogLines(join(folder, `helper${++starts}.log`));
    const process = launch({
      labId: id,
      command: [
        execPath,
        '--optimize-for-size',
        '--max-semi-space-size=2',
        join(folder, 'src/helper/main.js'),
        '--config',
        config,
      ],
      prefix: there.prefix,
      role: roles.helper,
      log,
      cwd: folder,
    });
    const ready = Promise.race([
      log.waitFor('the helper', ({ fields }) => fields['event'] === 'ready', 30_000),
      process.exited.then(() => Promise.reject(new Error('The helper has ended.'))),
    ]);
    return { process, ready };
  };

  // its memory counts from its first instant on
  let helper = start();
  await helper.ready;
  const client = new HelperClient({ socket, latency: (_all, timings) => opened(timings) });
  return {
    client,
    get pid() {
      return helper.process.pid;
    },
    nft: (...words) => there.sh('nft', ...words),
    async restart(meanwhile = () => sleep(0)) {
      await helper.process.stop();
      await meanwhile();
      const began = performance.now();
      helper = start();
      await helper.ready;
      return performance.now() - began;
    },
    async stop() {
      client.stop();
      await helper.process.stop();
      if (!host) await there.remove();
      scratch.remove();
    },
  };
}
