import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AdminConnection } from '../domain/guard.ts';
import type { GuardControl } from '../domain/ports.ts';
import { GuardClient } from '../firewall/guard-client.ts';
import { readConfig } from './config.ts';

const usualFolder = '/run/dialgate-helper';

/**
 * The guard's own socket lies beside the app's. A configuration that cannot be read
 * is no reason to leave an administrator without a way to disarm.
 */
export function openGuard(config: string, socket: string | undefined): GuardControl {
  return new GuardClient(socket ?? join(socketFolder(config), 'guard.sock'));
}

function socketFolder(file: string): string {
  try {
    const { firewall } = readConfig(file);
    return firewall.kind === 'helper' ? dirname(firewall.socket) : usualFolder;
  } catch {
    return usualFolder;
  }
}

/** More parents than this no command has. */
const mostParents = 64;

/**
 * How the administrator came here by SSH, as sshd says in SSH_CONNECTION; sudo and su
 * take it from us, but not from the shells that they were called from.
 */
export function sshConnection(
  pid = process.pid,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): AdminConnection | null {
  const own = connectionOf(environment['SSH_CONNECTION']);
  if (own) return own;
  let parent = parentOf(pid);
  for (let count = 0; parent > 1 && count < mostParents; count++) {
    const found = connectionOf(
      /(?:^|\0)SSH_CONNECTION=([^\0]*)/.exec(proc(parent, 'environ'))?.[1],
    );
    if (found) return found;
    parent = parentOf(parent);
  }
  return null;
}

/** `client-address client-port server-address server-port`; see sshd(8). */
function connectionOf(text: string | undefined): AdminConnection | null {
  const [address, , , port, ...more] = (text ?? '').split(' ');
  if (!address || !port || more.length > 0 || !/^[0-9]{1,5}$/.test(port)) return null;
  return { address, port: Number(port) };
}

function parentOf(pid: number): number {
  return Number(/\) \S (\d+)/.exec(proc(pid, 'stat'))?.[1] ?? 0);
}

/** '' where it cannot be read. */
function proc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
