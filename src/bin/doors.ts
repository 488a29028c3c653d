import type { Logger } from 'pino';
import type { Administration } from '../access/administration.ts';
import { createHttp } from '../http/app.ts';
import { listen, listenUnix } from '../http/listen.ts';
import type { Config } from './config.ts';

/** Only the server's own user, its group and root may pass the admin socket. */
const adminSocketMode = 0o660;

/** Opens both doors of the API; resolves to what shuts them. */
export async function openDoors(
  config: Config,
  rules: Administration,
  log: Logger,
): Promise<() => Promise<void>> {
  const parts = { rules, log, now: Date.now };
  const { host, port, admin_socket: socket, names } = config.http;
  const admin = await listenUnix(
    createHttp({ ...parts, door: 'admin-socket' }),
    socket,
    adminSocketMode,
  );
  try {
    const open = await listen(createHttp({ ...parts, door: 'token', hosts: [host, ...names] }), {
      host,
      port,
    });
    log.info({ event: 'listening', at: [open.at, admin.at] }, 'listening');
    return async () => void (await Promise.all([open.close(), admin.close()]));
  } catch (error) {
    await admin.close();
    throw error;
  }
}
