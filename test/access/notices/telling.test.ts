import { describe, expect, it } from 'vitest';
import { hookServer, isGenuine } from '../../notify/hook-server.ts';
import { createDesk, hook, kindsOf, secret, until } from './workshop.ts';

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
    expect(kindsOf(server)).toEqual([
      'gate-opened',
      'brake-began',
      'user-disabled',
      'lockout-began',
    ]);
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
    expect(kindsOf(server)).toEqual(['gate-closed']);
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
    expect(kindsOf(server).at(-1)).toBe('brake-began');
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
    expect(kindsOf(server)).toEqual(['lockout-began', 'brake-began', 'lockout-began']);
    expect(server.posted[0]?.headers['webhook-id']).toBe(server.posted[2]?.headers['webhook-id']);
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
    expect(kindsOf(server)).toEqual(['brake-began']);
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
