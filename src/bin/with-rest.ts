import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ServedApi } from '../cli/doings.ts';
import { createHttp } from '../http/app.ts';
import { createClient, createFollow, isUnreachable, type RestClient } from '../http/client.ts';
import { listenUnix } from '../http/listen.ts';
import { readConfig, type Config } from './config.ts';
import { openHouse } from './rules.ts';

/**
 * Runs work over the API of the running server; where none runs, over the same
 * API in this process, so that a command does the same thing either way.
 */
export async function withRest<T>(
  file: string,
  work: (rest: RestClient) => Promise<T>,
): Promise<T> {
  const config = readConfig(file);
  if (!(await isServed(config))) return withoutServer(config, work);
  return work(clientAt(config.http.admin_socket));
}

/** The API of the running server, whether it answers now or not. */
export function servedApi(file: string): ServedApi {
  const target = { socketPath: readConfig(file).http.admin_socket, cliUser: cliUser() };
  return { rest: createClient(target), follow: createFollow(target) };
}

/** Whether a server runs on this configuration. @throws AccessError where that cannot be known. */
export async function isServed({ http }: Config): Promise<boolean> {
  try {
    await clientAt(http.admin_socket).get('/v1/health');
    return true;
  } catch (error) {
    if (nobodyServes(error)) return false;
    throw error;
  }
}

/** A socket that this user may not use shows that somebody does serve. */
function nobodyServes(error: unknown): boolean {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return isUnreachable(error) && cause?.code !== 'EACCES';
}

function clientAt(socketPath: string): RestClient {
  return createClient({ socketPath, cliUser: cliUser() });
}

/** For the record; by way of sudo everybody would be root. */
export function cliUser(
  user = userInfo().username,
  sudoUser = process.env['SUDO_USER'] ?? '',
): string {
  return user === 'root' && sudoUser !== '' && sudoUser !== user ? `${sudoUser}-as-${user}` : user;
}

async function withoutServer<T>(
  config: Config,
  work: (rest: RestClient) => Promise<T>,
): Promise<T> {
  const log = pino({ level: 'silent' });
  const house = openHouse({
    config,
    log,
    externalAddress: () => config.external_address.address,
    asteriskHealth: () => ({ connected: false, why: 'dialgate serve is not running' }),
    admission: () => undefined,
  });
  const socket = join(tmpdir(), `dialgate-${randomUUID()}.sock`);
  const app = createHttp({ rules: house.administration, log, now: Date.now, door: 'admin-socket' });
  try {
    const door = await listenUnix(app, socket, 0o600);
    try {
      return await work(clientAt(socket));
    } finally {
      await door.close();
    }
  } finally {
    rmSync(socket, { force: true });
    house.close();
  }
}
