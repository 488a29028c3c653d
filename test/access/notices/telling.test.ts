import { describe, expect, it } from 'vitest';
import { hookServer, isGenuine, type HookServer } from '../../notify/hook-server.ts';
import { createDesk, hook, secret, until } from './workshop.ts';

const kinds = ({ posted }: HookServer): string[] =>
  posted.map(({ body }) => (JSON.parse(body) as { type: string }).type);

describe('a webhook is told', () => {
  it('of openings and alarms in the order in which they happened, and of nothing else', async () => {
    const server = await hookServer();
    const { notices, append, time, addUser } = createDesk({ webhooks: [hook(server.url)] });
    await append('lockout-began'); // from before: nobody is told
    notices.start();
    await time.pass(1);
    const { id } = await addUser('mira');
    await append('call-began', { callId: 4, caller: '15550123' });
    await append('gate-opened', { userId: id, grantId: 9, callId: 4, detail: { seconds: 60 } });
    await append('brake-began', { detail: { failures: 60 } });
    await append('gate-closed', { userId: id });
    await append('user-disabled', { userId: id, detail: { name: 'mira' } });
    await append('user-disabled', { userId: id, actor: 'link:9', detail: { reason: 'not-me' } });
    await append('lockout-began');
    await time.pass(1);
    await until(() => server.posted.length === 4, time);
    expect(kinds(server)).toEqual(['gate-opened', 'brake-began', 'user-disabled', 'lockout-began']);
    const [first] = server.posted;
    if (!first) throw new Error('nothing came');
    expect(isGenuine(first, secret)).toBe(true);
    expect(JSON.parse(first.body)).toEqual({
      type: 'gate-opened',
      timestamp: '2025-06-01T12:00:01.000Z',
      data: {
        seq: 4,
        actor: 'system',
        userId: id,
        userName: 'mira',
        grantId: 9,
        callId: 4,
        address: null,
        caller: '15550123',
        detail: { seconds: 60 },
        count: 1,
      },
    });
    await until(async () => (await notices.counts()).sent === 4);
    expect(await notices.counts()).toEqual({ waiting: 0, oldestAt: null, failed: 0, sent: 4 });
  });

  it('of what it asks for, instead', async () => {
    const server = await hookServer();
    const webhooks = [hook(server.url, { kinds: ['gate-closed'] })];
    const { notices, append, time } = createDesk({ webhooks });
    notices.start();
    await time.pass(1);
    await append('gate-closed');
    await append('lockout-began');
    await time.pass(1);
    await until(() => server.posted.length === 1);
    expect(kinds(server)).toEqual(['gate-closed']);
  });
});

describe('a receiver that fails', () => {
  it('is tried again after twice as long each time, with the same id, and in order', async () => {
    const server = await hookServer();
    server.answer = (_, response) => response.writeHead(500).end();
    const { notices, append, time, stores } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    await append('lockout-began');
    await append('brake-began');
    await time.pass(0.5);
    await until(() => server.posted.length === 1);
    for (const [n, wait] of [5, 10, 20, 40].entries()) {
      await time.pass(wait - 1);
      expect(server.posted).toHaveLength(n + 1);
      await time.pass(1);
      await until(() => server.posted.length === n + 2);
    }
    expect(new Set(kinds(server))).toEqual(new Set(['lockout-began']));
    expect(new Set(server.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [, head] = await stores.notices.page({ limit: 10 });
    expect(head).toMatchObject({ state: 'waiting', tries: 5, why: 'HTTP 500' });
    server.answer = (_, response) => response.writeHead(200).end();
    await time.pass(90);
    await until(async () => (await notices.counts()).waiting === 0, time);
    expect(kinds(server).slice(-2)).toEqual(['lockout-began', 'brake-began']);
  });

  it('delays nobody else, and nobody who calls', async () => {
    const [bad, good] = [await hookServer(), await hookServer()];
    bad.answer = () => undefined;
    const webhooks = [hook(bad.url), hook(good.url)];
    const { notices, append, time } = createDesk({ webhooks });
    notices.start();
    await time.pass(1);
    for (let n = 0; n < 3; n++) {
      const began = performance.now();
      await append('lockout-began');
      expect(performance.now() - began).toBeLessThan(500);
      await time.pass(0.2);
      await until(() => good.posted.length === n + 1);
    }
    expect(bad.posted).toHaveLength(1);
  });

  it('is given up after the time that was said, which is on record once and told to nobody', async () => {
    const [bad, good] = [await hookServer(), await hookServer()];
    bad.answer = (_, response) => response.writeHead(503).end();
    const webhooks = [hook(bad.url), hook(good.url, { kinds: ['gate-closed', 'lockout-began'] })];
    const { notices, append, time, stores } = createDesk({ webhooks, giveUpAfter: 600 });
    notices.start();
    await time.pass(1);
    await append('lockout-began');
    await append('lockout-began');
    await time.pass(600);
    expect(await notices.counts()).toMatchObject({ waiting: 2, failed: 0 });
    await time.pass(1000);
    await until(async () => (await notices.counts()).waiting === 0, time);
    const rows = (await stores.audit.list({ limit: 100 })).filter(
      ({ kind }) => kind === 'notification-failed',
    );
    expect(rows.map(({ detail }) => detail)).toEqual([
      { receiver: webhooks[0]?.id, why: 'HTTP 503', count: 2 },
    ]);
    expect(await notices.counts()).toMatchObject({ waiting: 0, failed: 2, sent: 2 });
    await time.pass(10);
    expect(kinds(good)).toEqual(['lockout-began', 'lockout-began']);
  });

  it('is given up at once where it says that it will never take this one', async () => {
    const server = await hookServer();
    server.answer = ({ body }, response) =>
      response.writeHead(body.includes('lockout') ? 422 : 200).end();
    const { notices, append, time } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    await append('lockout-began');
    await append('brake-began');
    await time.pass(1);
    await until(() => server.posted.length === 2, time);
    await until(async () => (await notices.counts()).failed === 1);
    expect(kinds(server)).toEqual(['lockout-began', 'brake-began']);
  });
});

describe('a flood', () => {
  it('of a thousand lockouts is three notices, and one that sums up the rest', async () => {
    const server = await hookServer();
    const { notices, append, time } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    for (let n = 0; n < 1000; n++) await append('lockout-began', { detail: { n } });
    await append('brake-began');
    await time.pass(10);
    await until(() => server.posted.length === 4, time);
    // what comes after it does not wait for the sum
    expect(kinds(server).at(-1)).toBe('brake-began');
    await time.pass(700);
    await until(() => server.posted.length === 5, time);
    const sum = JSON.parse(server.posted[4]?.body ?? '') as { data: Record<string, unknown> };
    expect(sum.data).toMatchObject({ count: 997, detail: { n: 999 } });
    await until(async () => (await notices.counts()).sent === 5);
    expect(await notices.counts()).toMatchObject({ waiting: 0 });
  });

  it('to a receiver that is away takes no more room than a few rows', async () => {
    const server = await hookServer();
    await server.close();
    const { notices, append, time, stores } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 200; n++) await append('lockout-began');
      await time.pass(700);
    }
    const waiting = await stores.notices.page({ state: 'waiting', limit: 100 });
    expect(waiting.length).toBeLessThanOrEqual(16);
    expect(waiting.reduce((sum, { count }) => sum + count, 0)).toBe(800);
  });
});

describe('what waits', () => {
  it('survives a stop and is sent by the next server; who is gone is forgotten', async () => {
    const [server, gone] = [await hookServer(), await hookServer()];
    for (const one of [server, gone]) {
      one.answer = (_, response) => response.writeHead(500).end();
    }
    const first = createDesk({ webhooks: [hook(server.url), hook(gone.url)] });
    first.notices.start();
    await first.time.pass(1);
    await first.append('lockout-began');
    await first.time.pass(1);
    await until(() => server.posted.length === 1 && gone.posted.length === 1);
    const stopped = first.notices.stop();
    await first.time.pass(3);
    await stopped;
    await first.append('brake-began'); // while nobody tells
    server.answer = (_, response) => response.writeHead(200).end();
    const second = createDesk({ webhooks: [hook(server.url)] }, first.path);
    second.notices.start();
    await second.time.pass(1);
    await until(() => server.posted.length === 3, second.time);
    expect(kinds(server)).toEqual(['lockout-began', 'lockout-began', 'brake-began']);
    expect(server.posted[0]?.headers['webhook-id']).toBe(server.posted[1]?.headers['webhook-id']);
    expect(gone.posted).toHaveLength(1);
    await until(async () => (await second.notices.counts()).waiting === 0);
  });

  it('is not what was long ago: nobody is told of yesterday', async () => {
    const server = await hookServer();
    const { notices, append, time, stores } = createDesk({ webhooks: [hook(server.url)] });
    await stores.notices.setCursor(0);
    await append('lockout-began', { at: time.clock.now() - 90_000_000 });
    await append('brake-began');
    notices.start();
    await time.pass(1);
    await until(() => server.posted.length === 1);
    expect(kinds(server)).toEqual(['brake-began']);
  });

  it('begins anew where nobody was to be told for a while', async () => {
    const first = createDesk();
    await first.stores.notices.setCursor(0);
    first.notices.start();
    await first.time.pass(1);
    expect(await first.stores.notices.cursor()).toBeUndefined();
  });
});

it('a test goes to everybody at once, past the queue, and says what each answered', async () => {
  const [good, bad] = [await hookServer(), await hookServer()];
  bad.answer = (_, response) => response.writeHead(302, { Location: good.url }).end();
  const webhooks = [hook(good.url), hook(bad.url)];
  const { notices, stores, time } = createDesk({ webhooks });
  notices.start();
  await time.pass(1);
  expect(await notices.test('cli:mira')).toEqual([
    { receiver: webhooks[0]?.id, ok: true, answer: 'HTTP 204' },
    {
      receiver: webhooks[1]?.id,
      ok: false,
      why: 'HTTP 302, and redirects are not followed',
      forGood: false,
    },
  ]);
  await time.pass(1);
  expect(good.posted).toHaveLength(1);
  const [row] = await stores.audit.list({ limit: 1 });
  expect(row).toMatchObject({ kind: 'notification-tested', actor: 'cli:mira' });
});
