import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import { askStun, defaultRouteAddress } from '../../src/external-address/discover.ts';
import {
  watchExternalAddress,
  type ExternalAddress,
} from '../../src/external-address/external-address.ts';

const seen = parseAddress('198.51.100.10')!;
const sockets: Socket[] = [];
let watched: ExternalAddress | undefined;

afterEach(() => {
  watched?.stop();
  for (const socket of sockets.splice(0)) socket.close();
});

/** Binding success response with XOR-MAPPED-ADDRESS, RFC 8489 sections 5 and 14.2. */
function bindingResponse(request: Buffer, address: string): Buffer {
  const answer = Buffer.alloc(32);
  answer.writeUInt16BE(0x0101, 0);
  answer.writeUInt16BE(12, 2);
  request.copy(answer, 4, 4, 20); // magic cookie and transaction
  answer.writeUInt16BE(0x0020, 20);
  answer.writeUInt16BE(8, 22);
  answer[25] = 1; // IPv4
  answer.writeUInt16BE(4321 ^ 0x2112, 26);
  address.split('.').forEach((number, at) => {
    answer[28 + at] = Number(number) ^ (answer[4 + at] ?? 0);
  });
  return answer;
}

/** A STUN server on loopback that answers as told; undefined is silence. */
async function stunServer(answer: (request: Buffer) => Buffer | undefined): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (request, from) => {
    const reply = answer(request);
    if (reply) socket.send(reply, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${socket.address().port}`;
}

test('a STUN server says where we come from', async () => {
  const server = await stunServer((request) => bindingResponse(request, seen));
  expect(await askStun(server, 2)).toBe(seen);
});

test.each([
  ['silence', () => undefined],
  ['nonsense', () => Buffer.from('nonsense')],
  ['an answer cut short', (request: Buffer) => bindingResponse(request, seen).subarray(0, 21)],
  ['another transaction', () => bindingResponse(Buffer.alloc(20, 9), seen)],
])('%s is no address, and comes back in time', async (_, answer) => {
  const server = await stunServer(answer);
  const began = performance.now();
  expect(await askStun(server, 0.5)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(3000);
});

test('a server that cannot be there is no address', async () => {
  expect(await askStun('no-such-host.invalid', 2)).toBeUndefined();
});

test('the default route’s address is one of our own, or nothing', async () => {
  const own = Object.values(networkInterfaces()).flatMap(
    (list) => list?.map((i) => i.address) ?? [],
  );
  const address = await defaultRouteAddress();
  if (address !== undefined) expect(own).toContain(address);
});

test('it is looked for again and again, at any distance, until it is stopped', async () => {
  let asked = 0;
  const server = await stunServer((request) => {
    asked++;
    return bindingResponse(request, seen);
  });
  const rings: { after: number; ring: () => void }[] = [];
  let cancelled = 0;
  watched = watchExternalAddress({
    stunServers: [server],
    refreshEvery: 30 * 86_400,
    changed: () => undefined,
    timer: (after, ring) => {
      rings.push({ after, ring });
      return { cancel: () => void cancelled++ };
    },
  });
  for (const times of [1, 2, 3]) {
    await watched.refresh();
    expect(asked).toBe(times);
    expect(rings.map(({ after }) => after)).toEqual(Array(times).fill(30 * 86_400));
    rings.at(-1)?.ring();
  }
  await watched.refresh();
  watched.stop();
  expect(cancelled).toBe(1);
});

test('what is configured is believed, and nobody is asked', async () => {
  let asked = 0;
  const server = await stunServer(() => void asked++);
  watched = watchExternalAddress({
    configured: seen,
    stunServers: [server],
    refreshEvery: 1,
    changed: () => undefined,
  });
  await watched.refresh();
  expect([watched.current(), asked]).toEqual([seen, 0]);
});

test('the next server is asked where one is silent, and the last answer outlives silence', async () => {
  const next = parseAddress('203.0.113.9')!;
  let address: string | undefined = seen;
  const silent = await stunServer(() => undefined);
  const server = await stunServer((request) =>
    address === undefined ? undefined : bindingResponse(request, address),
  );
  const changes: unknown[] = [];
  watched = watchExternalAddress({
    stunServers: [silent, server],
    refreshEvery: 3600,
    changed: (...change) => void changes.push(change),
  });
  await watched.refresh();
  expect(watched.current()).toBe(seen);
  address = next;
  await watched.refresh();
  expect(watched.current()).toBe(next);
  address = undefined;
  await watched.refresh();
  expect(watched.current()).toBe(next);
  expect(changes).toEqual([
    [seen, 'stun'],
    [next, 'stun'],
  ]);
});
