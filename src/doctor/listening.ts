import { isIP } from 'node:net';
import { portText, type PortRange } from '../helper/config/ports.ts';
import type { ServicePorts } from '../helper/config/services.ts';
import { note, ok, type Finding } from './finding.ts';
import type { Run } from './program.ts';

interface Listener {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Ranges wider than this are sockets of calls, which come and go. */
const widest = 64;
/** More are not named: the list is to be read. */
const mostNamed = 20;

/** What listens where no service covers it, and services where nothing listens. */
export async function listeningFindings(
  run: Run,
  services: readonly ServicePorts[],
): Promise<Finding[]> {
  const said = await run('ss', '-Hlntu');
  if (said.kind !== 'done') {
    const why = said.kind === 'absent' ? 'ss is not installed' : `ss failed: ${said.why}`;
    return [note(`Which ports are listened on cannot be told (${why}).`, 'Install iproute2.')];
  }
  const listeners = readListeners(said.output);
  const ranges = services.flatMap(({ ports }) => ports);
  const bare = listeners.filter((one) => !ranges.some((range) => covers(range, one)));
  const idle = services.filter(({ ports }) => isIdle(ports, listeners)).map(({ name }) => name);
  return [
    ...(idle.length === 0
      ? []
      : [
          note(
            `Nothing listens on any port of ${idle.join(', ')}.`,
            'Start the program, correct the ports in helper.json, or leave the service out.',
          ),
        ]),
    bare.length === 0
      ? ok('Every port that is listened on belongs to a service.')
      : note(
          `No service covers ${named(bare)}, where programs listen: dialgate does not guard them.`,
          'Give them a service in helper.json, bind them to loopback, or have your firewall drop them.',
        ),
  ];
}

/** Reads `ss -Hlntu`; what is bound to loopback alone nobody reaches. */
export function readListeners(text: string): Listener[] {
  const found = new Map<string, Listener>();
  for (const line of text.split('\n')) {
    const [protocol, , , , local = ''] = line.trim().split(/\s+/);
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(local) ?? [];
    if ((protocol !== 'tcp' && protocol !== 'udp') || port === '') continue;
    if (!isLoopback(address)) found.set(`${protocol}/${port}`, { protocol, port: Number(port) });
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
}

function isLoopback(text: string): boolean {
  if (text.endsWith('%lo')) return true;
  const address = text
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:/, '');
  return isIP(address) !== 0 && (address.startsWith('127.') || address === '::1');
}

const covers = ({ protocol, first, last }: PortRange, listener: Listener): boolean =>
  protocol === listener.protocol && first <= listener.port && listener.port <= last;

function isIdle(ports: readonly PortRange[], listeners: readonly Listener[]): boolean {
  if (ports.some(({ first, last }) => last - first >= widest)) return false;
  return !ports.some((range) => listeners.some((one) => covers(range, one)));
}

function named(listeners: readonly Listener[]): string {
  const texts = listeners
    .slice(0, mostNamed)
    .map(({ protocol, port }) => portText({ protocol, first: port, last: port }));
  return [...texts, ...(listeners.length > mostNamed ? ['and others'] : [])].join(' ');
}
