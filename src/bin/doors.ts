import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Administration } from '../access/administration.ts';
import { createHttp } from '../http/app.ts';
import type { Meters } from '../http/metrics/meters.ts';
import { listen, listenUnix } from '../http/listen.ts';
import { textsOf } from '../http/openapi/texts.ts';
import { readPageFiles, type PageFiles } from '../http/page-reading.ts';
import { routesTo } from '../http/routes.ts';
import { createTurns } from '../http/turns.ts';
import type { Config } from './config.ts';
import { programRoot } from './version.ts';

/** Only the server's own user, its group and root may pass the admin socket. */
const adminSocketMode = 0o660;

/** Opens both doors of the API; resolves to what shuts them. */
export async function openDoors(
  config: Config,
  rules: Administration,
  meters: Meters,
  log: Logger,
): Promise<() => Promise<void>> {
  // by whichever door: between a look and a change nobody else may come
  const parts = { rules, log, meters, now: Date.now, turns: createTurns() };
  // now, before there are calls that would have to wait for it
  textsOf(routesTo(rules));
  const page = await readPage(log);
  const { host, port, admin_socket: socket, names, requests } = config.http;
  const { base_url: base } = config.notify;
  const admin = await listenUnix(
    createHttp({ ...parts, door: 'admin-socket' }),
    socket,
    adminSocketMode,
  );
  try {
    const app = createHttp({
      ...parts,
      door: 'token',
      page,
      // links lead there
      hosts: [host, ...names, ...(base === undefined ? [] : [new URL(base).hostname])],
      requests: { perToken: requests.per_token, perAddress: requests.per_address },
    });
    const open = await listen(app, { host, port });
    log.info({ event: 'listening', at: [open.at, admin.at] }, 'listening');
    return async () => {
      // they would go on for ever, and the doors wait for them
      rules.endFollowing();
      await Promise.all([open.close(), admin.close()]);
    };
  } catch (error) {
    await admin.close();
    throw error;
  }
}

/** A page that cannot be read is no reason not to take calls. */
async function readPage(log: Logger): Promise<PageFiles> {
  try {
    return await readPageFiles(join(programRoot, 'dist/web'));
  } catch (error) {
    log.error({ err: error }, 'the page cannot be read, and is not served');
    return new Map();
  }
}
