import { readFile } from 'node:fs/promises';

const tables = ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => `/proc/net/${name}`);

/** The local ports of every socket of this host, whether it listens or not (proc(5)). */
export async function portsInUse(): Promise<ReadonlySet<number>> {
  const texts = await Promise.all(tables.map(readTable));
  return new Set(texts.flatMap(localPorts));
}

/** Reads what stands after the colon of each `local_address`, in hexadecimal. */
function localPorts(table: string): number[] {
  return [...table.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) /gm)].map(([, port = '']) =>
    Number.parseInt(port, 16),
  );
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // a kernel without IPv6 has no such table
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
