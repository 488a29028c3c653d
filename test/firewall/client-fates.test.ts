import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';

/** A helper that behaves badly on purpose, which the real one cannot be made to. */
let folder: string;
let socket: string;
let server: Server;
let clients: Socket[];
let requests: { id: number; verb: string; from: Socket }[];
let client: HelperClient | undefined;
let disturbed: number;
let answers: string[];

const opening = {
  address: '203.0.113.7' as Address,
  services: [{ service: 'web', seconds: 60 }],
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-client-'));
  socket = join(folder, 'socket');
  clients = [];
  requests = [];
  disturbed = 0;
  answers = [];
  await serve();
});

afterEach(() => {
  client?.stop();
  client = undefined;
  clients.forEach((one) => one.destroy());
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(): Promise<void> {
  server = createServer((one) => {
    clients.push(one);
    one.on('error', () => {});
    one.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trim().split('\n')) {
        requests.push({ ...(JSON.parse(line) as { id: number; verb: string }), from: one });
      }
    });
  });
  await new Promise<void>((done) => server.listen(socket, done));
}

function connectClient(deadline = 300): HelperClient {
  client = new HelperClient({
    socket,
    deadline,
    answered: (verb, ms) => answers.push(`${verb} ${ms === undefined ? 'none' : ms >= 0}`),
  });
  client.onDisturbed(() => disturbed++);
  return client;
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !what(); tries++) await sleep(10);
  expect(what()).toBe(true);
}

const answer = (message: object): void =>
  void clients.at(-1)?.write(`${JSON.stringify(message)}\n`);

it('calls a deadline "unavailable", and has the gate reconciled', async () => {
  const refused = connectClient().open(opening);
  await until(() => requests.length === 1);
  const before = disturbed;
  await expect(refused).rejects.toMatchObject({ code: 'firewall-unavailable' });
  expect(disturbed).toBe(before + 1);
  // the answer comes after all: it may be open now
  answer({ id: requests[0]?.id, ok: true });
  await until(() => disturbed === before + 2);
});

it('fails what is under way when the helper goes, and comes back by itself', async () => {
  const refused = connectClient(5000).open(opening);
  await until(() => requests.length === 1);
  const before = disturbed;
  clients[0]?.destroy();
  await expect(refused).rejects.toMatchObject({ code: 'firewall-unavailable' });
  await until(() => clients.length === 2);
  await until(() => disturbed >= before + 2); // unknown end, and a new connection
  const again = client?.limits();
  await until(() => requests.length === 2);
  const limits = { services: ['web'], longest: 1, mostAddresses: 1, networks: false };
  answer({ id: requests[1]?.id, ok: true, limits });
  expect(await again).toEqual(limits);
});

it('waits for the helper up to the deadline, and sends nothing afterwards', async () => {
  clients.forEach((one) => one.destroy());
  await new Promise((done) => server.close(done));
  const early = connectClient(200);
  await expect(early.open(opening)).rejects.toMatchObject({ code: 'firewall-unavailable' });
  expect(disturbed).toBe(0);
  await serve();
  await until(() => disturbed === 1);
  await sleep(50);
  expect(requests).toEqual([]);
});

it('long work is no reason to wait long for nobody', async () => {
  clients.forEach((one) => one.destroy());
  await new Promise((done) => server.close(done));
  const began = performance.now();
  await expect(connectClient(200).sync([opening])).rejects.toThrow(/nobody answers at its socket/);
  // a sync that is taken may last five times as long
  expect(performance.now() - began).toBeLessThan(900);
  await serve();
});

it('is sent on when the helper appears in time', async () => {
  await new Promise((done) => server.close(done));
  const waiting = connectClient(3000).close(opening.address);
  await sleep(100);
  await serve();
  await until(() => requests.length === 1);
  answer({ id: requests[0]?.id, ok: true });
  await waiting;
});

it('tells a refusal from an unknown end', async () => {
  const first = connectClient().open(opening);
  await until(() => requests.length === 1);
  answer({ id: requests[0]?.id, ok: false, error: { code: 'bad-service', message: 'No.' } });
  await expect(first).rejects.toMatchObject({ code: 'firewall-refused' });
  const second = client?.open(opening);
  await until(() => requests.length === 2);
  answer({ id: requests[1]?.id, ok: false, error: { code: 'unconfirmed', message: 'Hm.' } });
  await expect(second).rejects.toMatchObject({ code: 'firewall-unavailable' });
});

it.each(['nonsense', '[1]', '{"id":null,"ok":false,"error":{"code":"busy","message":"full"}}'])(
  'drops the connection on %s and makes a new one',
  async (line) => {
    const refused = connectClient(5000).limits();
    await until(() => requests.length === 1);
    clients[0]?.write(`${line}\n`);
    await expect(refused).rejects.toMatchObject({ code: 'firewall-unavailable' });
    await until(() => clients.length === 2);
  },
);

it('passes the event on, and rejects everything when it is stopped', async () => {
  const waiting = connectClient(5000).limits();
  await until(() => requests.length === 1);
  const before = disturbed;
  answer({ event: 'disturbed', why: 'a test' });
  await until(() => disturbed === before + 1);
  client?.stop();
  await expect(waiting).rejects.toMatchObject({ code: 'firewall-unavailable' });
});

it('refuses to send more than the helper reads', async () => {
  const many = Array.from({ length: 60_000 }, () => opening);
  await expect(connectClient().sync(many)).rejects.toMatchObject({ code: 'firewall-refused' });
});

it('asks for one list however many want it, and lets no open wait behind it', async () => {
  const lists = Array.from({ length: 200 }, () => connectedOnce().list());
  await until(() => requests.length === 1);
  expect(requests[0]).toMatchObject({ verb: 'list' });
  const lister = clients.length - 1;
  const opened = client!.open(opening);
  await until(() => requests.length === 2);
  // the open came on a connection of its own, and is answered while the list is not
  clients.forEach((one, at) => {
    if (at !== lister) one.write(`${JSON.stringify({ id: requests[1]?.id, ok: true })}\n`);
  });
  await opened;
  clients[lister]?.write(`${JSON.stringify({ id: requests[0]?.id, ok: true, addresses: [] })}\n`);
  expect((await Promise.all(lists)).every((list) => list.length === 0)).toBe(true);
});

it('counts a list as old when others may have changed it, or an opening has an unknown end', async () => {
  let lists = 0;
  /** The number of the list that the client tells of: each that is asked for has one second more. */
  const listed = async (): Promise<number | undefined> => {
    const asked = requests.length;
    const list = connectedOnce().list();
    let there = false;
    void list.then(() => (there = true));
    await until(() => there || requests.length > asked);
    if (!there) {
      const { id, from } = requests[asked]!;
      const services = [{ service: 'web', seconds: ++lists, packets: 0 }];
      from.write(
        `${JSON.stringify({ id, ok: true, addresses: [{ address: opening.address, services }] })}\n`,
      );
    }
    return (await list)[0]?.services[0]?.seconds;
  };
  connectClient(5000);
  await until(() => disturbed === 1); // connected
  expect(await listed()).toBe(1);

  clients[0]?.write(`${JSON.stringify({ event: 'disturbed', why: 'a test' })}\n`);
  await until(() => disturbed === 2);
  expect(await listed()).toBe(2);

  const changes = [
    () => connectedOnce().open(opening),
    () => connectedOnce().close(opening.address),
    () => connectedOnce().sync([]),
  ];
  for (const [n, change] of changes.entries()) {
    const asked = requests.length;
    const failed: Promise<unknown> = change();
    await until(() => requests.length > asked);
    const { id, from } = requests[asked]!;
    from.write(
      `${JSON.stringify({ id, ok: false, error: { code: 'unconfirmed', message: 'Hm.' } })}\n`,
    );
    await expect(failed).rejects.toMatchObject({ code: 'firewall-unavailable' });
    expect(await listed()).toBe(3 + n);
  }
});

function connectedOnce(): HelperClient {
  client ??= connectClient(5000);
  return client;
}

it('tells of every answer, and of those that never came', async () => {
  const helper = connectClient(200);
  const silent = helper.limits();
  await expect(silent).rejects.toMatchObject({ code: 'firewall-unavailable' });
  const answered = helper.close(opening.address);
  await until(() => requests.length === 2);
  const { id = 0 } = requests[1] ?? {};
  clients[0]?.write(`${JSON.stringify({ id, ok: true })}\n`);
  await answered;
  expect(answers).toEqual(['limits none', 'close true']);
});
