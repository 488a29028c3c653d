import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '../../firewall/wire-rules.ts';

/** The local ports of every socket of this host, whether it listens or not (proc(5)). @throws Refused `kernel` */
export async function portsInUse(folder = '/proc/net'): Promise<ReadonlySet<number>> {
  const there = await readdir(folder).catch((error: unknown) => unreadable(folder, error));
  // a kernel without IPv6 has no trace of it here
  const withSix = ['if_inet6', 'tcp6', 'udp6'].some((name) => there.includes(name));
  const tables = ['tcp', 'udp', ...(withSix ? ['tcp6', 'udp6'] : [])];
  const texts = await Promise.all(tables.map((name) => readTable(join(folder, name))));
  return new Set(texts.flatMap(localPorts));
}

/** Reads what stands after the colon of each `local_address`, in hexadecimal. */
function localPorts(table: string): number[] {
  return [...table.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) /gm)].map(([, port = '']) =>
    Number.parseInt(port, 16),
  );
}

/** What cannot be read might hold any port: then none is free. */
async function readTable(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => unreadable(path, error));
  return /^ *sl +local_address /.test(text) ? text : unreadable(path, 'it is no table of sockets');
}

function unreadable(path: string, why: unknown): never {
  const reason = typeof why === 'string' ? why : ((why as NodeJS.ErrnoException).code ?? 'unknown');
  throw new Refused(
    'kernel',
    `Which ports are in use cannot be read from ${path} (${reason}), so nothing is recorded: let the helper see /proc/net (systemd: no ProcSubset=pid).`,
  );
}
