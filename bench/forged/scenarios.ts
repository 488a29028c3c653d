import { bytesOf, type Bytes, type Datagram } from '../packets/frames.ts';
import { laneAddresses } from '../packets/lane.ts';

/** Ports that callers are told, as the helper has them unless told otherwise. */
const pairing = { first: 49_152, last: 65_535 } as const;
const protectedPort = 5060;

/** One thing that goes on for a while. */
export interface Scenario {
  readonly name: string;
  readonly seconds: number;
  /** Whether a caller is being recognised meanwhile. */
  readonly window: boolean;
  /** What is sent, given the port that the caller was told. */
  readonly forged: (port: number) => Datagram[];
  /** All of it again and again as fast as can be, or each packet once. */
  readonly times: 'always' | 'once';
  /** Who should be offered to the caller in the end. */
  readonly offered: 'the caller' | 'nobody';
}

/** `sources` of each family are forged in the floods, which last for `seconds`. */
export function scenarios(sources: number, seconds: number): readonly Scenario[] {
  const quiet = { seconds: 10, window: true, forged: () => [], times: 'once' } as const;
  return [
    { name: 'before', ...quiet, offered: 'the caller' },
    {
      name: 'the port known',
      ...{ seconds, window: true, times: 'always', offered: 'nobody' },
      forged: (port) => mixed(sources, () => port),
    },
    {
      name: 'all ports swept',
      ...{ seconds, window: true, times: 'always', offered: 'nobody' },
      forged: () => mixed(sources, anyPort),
    },
    {
      name: 'a few at the port',
      ...{ seconds: 8, window: true, times: 'once', offered: 'the caller' },
      forged: (port) => mixed(1000, () => port),
    },
    {
      name: 'one sweeper',
      ...{ seconds: 8, window: true, times: 'once', offered: 'the caller' },
      forged: sweep,
    },
    {
      name: 'a protected port',
      ...{ seconds, window: false, times: 'always', offered: 'nobody' },
      forged: () => mixed(sources, () => protectedPort),
    },
    { name: 'afterwards', ...quiet, offered: 'the caller' },
  ];
}

/** Turns the numbers from 0 on into others that lie all over 32 bits, no two alike. */
const scattered = (n: number): number => Math.imul(n + 1, 2_654_435_761) >>> 0;

/** Seen from n, any port that a caller may be told. */
const anyPort = (n: number): number =>
  pairing.first + (scattered(n + 7) % (pairing.last - pairing.first + 1));

const to = { four: bytesOf(laneAddresses.four), six: bytesOf(laneAddresses.six) } as const;

/** IPv4 and IPv6 by turns, so many sources of each. */
function mixed(sources: number, port: (n: number) => number): Datagram[] {
  const all: Datagram[] = [];
  for (let n = 0; n < sources; n++) {
    const bits = scattered(n);
    const [a, b, c, d] = [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
    const ports = { sourcePort: 1024 + (n % 60_000), port: port(n) };
    // 8 bits are the network's own, so that a few are twice there
    all.push({ from: [10, a, b, c], to: to.four, ...ports });
    const from = [0x20, 0x01, 0x0d, 0xb8, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 1];
    all.push({ from, to: to.six, ...ports });
  }
  return all;
}

/** Eight addresses of one network try every port in order. */
function sweep(): Datagram[] {
  const all: Datagram[] = [];
  for (let port: number = pairing.first; port <= pairing.last; port++) {
    for (let host = 1; host <= 8; host++)
      all.push({ from: [192, 0, 2, host], to: to.four, sourcePort: 1024 + host, port });
  }
  return all;
}

export const caller = { four: '203.0.113.7', six: '2001:db8:7777::7' } as const;

/** What the caller's telephone or browser sends to the port: it tries three times. */
export function fromCaller(port: number): Datagram[] {
  const packet = (from: Bytes, own: Bytes, n: number): Datagram => ({
    ...{ from, to: own, sourcePort: 1024 + n, port },
  });
  return [0, 1, 2].flatMap((n) => [
    packet(bytesOf(caller.four), to.four, n),
    packet(bytesOf(caller.six), to.six, n),
  ]);
}
