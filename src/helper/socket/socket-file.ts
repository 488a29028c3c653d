import {
  accessSync,
  chownSync,
  constants,
  lstatSync,
  readFileSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { ConfigError } from '../config/config-values.ts';
import { reasonOf, type Log } from '../log.ts';

/**
 * Makes room for our socket, which helper.json names under `key`: removes a file that a dead helper left, and refuses
 * to start beside a living one.
 *
 * @throws ConfigError
 */
export async function claimSocket(path: string, key: string): Promise<void> {
  checkFolder(dirname(path), key);
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (!file) return;
  if (!file.isSocket()) {
    throw new ConfigError(`${path} exists and is not a socket: remove it, or change "${key}".`);
  }
  if (await answers(path)) {
    throw new ConfigError(`Another helper answers at ${path}: stop it first, or change "${key}".`);
  }
  unlinkSync(path);
}

/** Asked before the guard goes up: a guard that nobody can be let through is of no use to anybody. */
function checkFolder(folder: string, key: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const fault = missing ? 'does not exist' : 'cannot be written by this user';
    throw new ConfigError(
      `The folder ${folder} of "${key}" ${fault}: mend that (systemd's RuntimeDirectory makes it), or change "${key}".`,
    );
  }
}

/** A helper that is too busy to take the connection is a living one too. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (living: boolean) => (): void => {
      socket.destroy();
      resolve(living);
    };
    socket.setTimeout(2000, end(true));
    socket.on('connect', end(true));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code !== 'ECONNREFUSED')());
  });
}

/** Gives the socket to the group that may connect. An ordinary user can only do so for a group of its own. */
export function giveToGroup(path: string, group: string, log: Log): void {
  try {
    const gid = groupId(group);
    // as the unit has it; there even the attempt to change it is refused
    if (statSync(path).gid !== gid) chownSync(path, -1, gid);
  } catch (error) {
    log('socket-group-failed', {
      message: `Only the helper's own user and group can connect to ${path}: ${reasonOf(error)}.`,
    });
  }
}

function groupId(name: string): number {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  if (id === undefined) throw new Error(`there is no group ${name} in /etc/group`);
  return Number(id);
}
