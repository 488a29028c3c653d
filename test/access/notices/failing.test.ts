import { describe, expect, it } from 'vitest';
import { hookServer, type HookServer } from '../../notify/hook-server.ts';
import { createDesk, hook, kindsOf, until } from './workshop.ts';

const refusing =
  (...kinds: readonly string[]): HookServer['answer'] =>
  ({ body }, response) =>
    response.writeHead(kinds.some((kind) => body.includes(`"${kind}"`)) ? 500 : 204).end();

const everything: HookServer['answer'] = (_, response) => response.writeHead(503).end();

/** Three of a kind are told one by one. */
const severalKinds = [
  'lockout-began',
  'brake-began',
  'knock-code-exposed',
  'name-failing',
] as const;

describe('a notice that its receiver cannot take', () => {
  it('is tried again after twice as long each time, with the same id', async () => {
    const server = await hookServer();
    server.answer = everything;
    const { notices, append, time, stores } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    await append('lockout-began');
    await time.pass(0.5);
    await until(() => server.posted.length === 1);
    for (const [n, wait] of [5, 10, 20, 40].entries()) {
      await time.pass(wait - 1);
      expect(server.posted).toHaveLength(n + 1);
      await time.pass(1);
      await until(() => server.posted.length === n + 2);
    }
    expect(new Set(server.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await until(async () => (await stores.notices.page({ limit: 1 }))[0]?.why === 'HTTP 503');
  });

  it.each([
    ['refused', refusing('lockout-began')],
    [
      'not answered',
      (posted, response) => {
        if (!posted.body.includes('lockout-began')) response.writeHead(204).end();
      },
    ] satisfies [string, HookServer['answer']],
  ])('holds up no other when it is %s, and goes when it can', async (_, answer) => {
    const server = await hookServer();
    server.answer = answer;
    const desk = createDesk({ webhooks: [hook(server.url, { deadline: 0.2 })] });
    const { notices, append, time } = desk;
    notices.start();
    await time.pass(1);
    await append('lockout-began');
    for (let n = 0; n < 3; n++) await append('brake-began', { detail: { n } });
    await until(async () => (await notices.counts()).sent === 3, time);
    expect(kindsOf(server).filter((kind) => kind === 'brake-began')).toHaveLength(3);
    // later it still stands alone: what comes goes at once
    await time.pass(1200);
    const tries = kindsOf(server).filter((kind) => kind === 'lockout-began').length;
    expect(tries).toBeLessThan(10);
    await append('brake-began');
    await time.pass(1);
    await until(async () => (await notices.counts()).sent === 4, time);
    server.answer = (_posted, response) => response.writeHead(204).end();
    await time.pass(1300);
    await until(async () => (await notices.counts()).waiting === 0, time);
  });

  it('holds up no other for long, however many there are like it', async () => {
    const server = await hookServer();
    server.answer = refusing(...severalKinds.slice(0, 3));
    const { notices, append, time } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    for (const kind of severalKinds.slice(0, 3)) {
      for (let n = 0; n < 3; n++) await append(kind);
    }
    // it is taken for a receiver that is away
    await time.pass(5000);
    expect(server.posted.length).toBeGreaterThan(8);
    await append('name-failing');
    await time.pass(600);
    await until(() => kindsOf(server).includes('name-failing'), time);
    await until(async () => (await notices.counts()).sent === 1);
  });

  it('rests as long after a restart', async () => {
    const server = await hookServer();
    server.answer = refusing('lockout-began');
    const first = createDesk({ webhooks: [hook(server.url)] });
    first.notices.start();
    await first.time.pass(1);
    await first.append('lockout-began');
    await first.time.pass(600);
    await until(() => server.posted.length > 6, first.time);
    const stopped = first.notices.stop();
    await first.time.pass(3);
    await stopped;
    const seen = server.posted.length;
    const [waiting] = await first.stores.notices.page({ state: 'waiting', limit: 1 });
    expect(waiting?.why).toBe('HTTP 500');
    const second = createDesk({ webhooks: [hook(server.url)], ...first.time }, first.path);
    second.notices.start();
    await second.append('brake-began');
    await first.time.pass(1);
    await until(() => server.posted.length > seen);
    expect(kindsOf(server).slice(seen)).toEqual(['brake-began']);
  });

  it('is given up at once where the receiver says that it will never take it', async () => {
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
    expect(kindsOf(server)).toEqual(['lockout-began', 'brake-began']);
  });
});

describe('a receiver that takes nothing', () => {
  it('is tried with one notice at a time, ever less often, and then told it all in order', async () => {
    const server = await hookServer();
    server.answer = everything;
    const { notices, append, time, lines } = createDesk({ webhooks: [hook(server.url)] });
    notices.start();
    await time.pass(1);
    for (const kind of severalKinds) for (let n = 0; n < 3; n++) await append(kind);
    await time.pass(2);
    // three that failed, and not all twelve
    await until(() => server.posted.length === 3, time);
    await time.pass(5);
    await until(() => server.posted.length === 4);
    await time.pass(3600);
    // 5, 10, 20 … 600 s, and every ten minutes
    expect(server.posted.length).toBeLessThan(20);
    const seen = server.posted.length;
    // each try is another notice: no single one keeps us from seeing that it is back
    const ids = server.posted.slice(0, 12).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBeGreaterThan(8);
    server.answer = (_, response) => response.writeHead(200).end();
    await time.pass(600);
    await until(async () => (await notices.counts()).waiting === 0, time);
    const after = kindsOf(server).slice(seen + 1);
    expect(after).toEqual(
      [...after].sort(
        (a, b) => severalKinds.findIndex((k) => k === a) - severalKinds.findIndex((k) => k === b),
      ),
    );
    expect(await notices.counts()).toMatchObject({ sent: 12, failed: 0 });
    expect(lines.filter((line) => line.includes('taken again'))).toHaveLength(1);
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
    expect(kindsOf(good)).toEqual(['lockout-began', 'lockout-began']);
  });
});
