import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text6 } from '../../firewall/wire-address.ts';

/** An established TCP connection: who is at the other end, and the port here. */
export interface Connection {
  readonly address: string;
  readonly port: number;
}

const established = '01';

/** Those of this host that go over the network; see proc(5). Rejects when they cannot be read. */
export async function connections(folder = '/proc/net'): Promise<Connection[]> {
  const four = await readFile(join(folder, 'tcp'), 'utf8');
  // a kernel without IPv6 has no such file
  const six = await readFile(join(folder, 'tcp6'), 'utf8').catch(() => '');
  return `${four}\n${six}`.split('\n').flatMap((line) => connectionOf(line) ?? []);
}

function connectionOf(line: string): Connection | undefined {
  const [, local = '', remote = '', state] = line.trim().split(/ +/);
  if (state !== established) return undefined;
  const [here = '', port = ''] = local.split(':');
  const [there = ''] = remote.split(':');
  const address = hostOf(there);
  // loopback, or the host with itself: the guard lets both pass
  if (address.startsWith('127.') || address === '::1' || here === there) return undefined;
  return { address, port: Number.parseInt(port, 16) };
}

const mapped = '0000000000000000FFFF0000';

/** The kernel prints an address as words of its own byte order, which is little-endian wherever Node 20 runs but on s390x. */
function hostOf(hex: string): string {
  if (hex.length === 8) return bytesOf(hex).join('.');
  if (hex.startsWith(mapped)) return bytesOf(hex.slice(24)).join('.');
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap(bytesOf);
  const groups = Array.from({ length: 8 }, (_, at) => bytes[2 * at]! * 256 + bytes[2 * at + 1]!);
  return text6(groups);
}

const bytesOf = (word: string): number[] =>
  (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse();
