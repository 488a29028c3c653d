import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHttp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import type { AuditKind } from '../../src/domain/attempt.ts';
import { ask, letGoOf, openHouse, type House } from './workshop.ts';

let house: House;
/** Rings what was set last: nobody wants to wait for 15 seconds. */
let ring: () => void;

beforeEach(async () => {
  house = await openHouse({
    timer: (_seconds, told) => {
      ring = told;
      return { cancel: () => undefined };
    },
  });
});

interface Listener {
  readonly response: IncomingMessage;
  /** Everything so far. */
  text(): string;
  /** Resolves when it has what was wanted. */
  until(wanted: string): Promise<string>;
  readonly ended: Promise<void>;
  leave(): void;
}

/** As a browser listens. */
function listener(
  headers: Record<string, string>,
  path = '/v1/events',
  at = house.at,
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(at);
    const asked: ClientRequest = request({ hostname, port, path, headers, agent: false });
    asked.once('error', reject);
    asked.end();
    letGoOf(() => void asked.destroy());
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', () => undefined);
      const ended = new Promise<void>((done) => response.once('close', () => done()));
      resolve({
        response,
        text: () => text,
        async until(wanted) {
          for (let i = 0; i < 300; i += 1) {
            if (text.includes(wanted)) return text;
            await sleep(10);
          }
          throw new Error(`${wanted} did not come; there was ${text}`);
        },
        ended,
        leave: () => void asked.destroy(),
      });
    });
  });
}

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

const put = async (kind: AuditKind): Promise<number> =>
  (await house.stores.audit.append({ at: house.clock.now, actor: 'system', kind })).seq;

/** The house has put three tokens on record. */
const before = 3;

describe('live events', () => {
  it('begin now, with headers that no proxy holds back', async () => {
    const live = await listener(bearer(house.admin));
    expect(live.response.statusCode).toBe(200);
    expect(live.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(await live.until('\n\n')).toBe('retry: 3000\n\n');
    await put('call-began');
    const data = `{"seq":${before + 1},"at":"2025-06-01T12:00:00.000Z","actor":"system","kind":"call-began"}`;
    await live.until('call-began"}\n\n');
    expect(live.text()).toBe(
      `retry: 3000\n\nid: ${before + 1}\nevent: call-began\ndata: ${data}\n\n`,
    );
  });

  it('tell what the API itself does, as the record has it', async () => {
    const live = await listener(bearer(house.auditor));
    await house.rules.addUser({ name: 'mira' }, 'cli:local');
    const token = house.admin;
    const body = { user: 'mira', address: '203.0.113.7' };
    await ask(house.at, 'POST', '/v1/grants', { token, body });
    await live.until('event: gate-opened');
    const last = /event: gate-opened\ndata: (.*)\n/.exec(live.text())?.[1] ?? '{}';
    const { body: page } = await ask(house.at, 'GET', '/v1/audit?kind=gate-opened', { token });
    expect(JSON.parse(last)).toEqual((page['items'] as unknown[])[0]);
  });

  it.each([
    ['the header', { 'Last-Event-ID': '2' }, ''],
    ['the address', {}, '?after=2'],
    ['the header rather than the address, which is older', { 'Last-Event-ID': '2' }, '?after=0'],
  ])('go on after what %s says', async (_, headers, query) => {
    const live = await listener({ ...bearer(house.admin), ...headers }, `/v1/events${query}`);
    await live.until(`id: ${before}`);
    await put('gate-used');
    await live.until('gate-used');
    expect(live.text().match(/^id: \d+$/gm)).toEqual([`id: ${before}`, `id: ${before + 1}`]);
  });

  it('say where something is missing', async () => {
    const live = await listener(bearer(house.admin), '/v1/events?after=900');
    await live.until('event: gap');
    expect(live.text()).toContain(
      `id: ${before}\nevent: gap\ndata: {"after":900,"from":${before + 1}}\n\n`,
    );
  });

  it('say a word when there is nothing', async () => {
    const live = await listener(bearer(house.admin));
    await live.until('retry');
    await sleep(20);
    ring();
    await live.until(`: nothing new\nid: ${before}\n\n`);
  });

  it.each(['x', '-1', '1.5', '1e3', ' 1 2', '9'.repeat(16)])(
    'refuse %j as what was seen last',
    async (id) => {
      const token = house.admin;
      const headers = { 'Last-Event-ID': id };
      expect((await ask(house.at, 'GET', '/v1/events', { token, headers })).status).toBe(400);
      const query = `/v1/events?after=${encodeURIComponent(id)}`;
      expect((await ask(house.at, 'GET', query, { token })).status).toBe(400);
    },
  );

  it('tell an operator nothing of who administers', async () => {
    const live = await listener(bearer(house.operator), '/v1/events?after=0');
    await put('user-created');
    await put('call-began');
    await live.until('call-began');
    expect(live.text()).not.toMatch(/token-created|user-created/);
  });

  it('need the door', async () => {
    expect((await ask(house.at, 'GET', '/v1/events')).status).toBe(401);
    expect((await ask(house.at, 'GET', '/v1/events', { token: 'no' })).status).toBe(401);
  });

  it('are not cut by the time that an answer has, nor by the silence that a peer may keep', async () => {
    house = await openHouse({
      timer: (_seconds, told) => {
        const timeout = setTimeout(told, 60);
        return { cancel: () => clearTimeout(timeout) };
      },
    });
    const app = createHttp({
      rules: house.rules,
      log: pino({ level: 'silent' }),
      now: () => house.clock.now,
      door: 'token',
      deadline: 0.05,
    });
    const short = { headers: 0.2, request: 0.2, silence: 0.2 };
    const listening = await listen(app, { host: '127.0.0.1', port: 0 }, short);
    letGoOf(() => listening.close(0.1));
    const live = await listener(bearer(house.admin), '/v1/events', listening.at);
    await sleep(1500);
    await put('call-began');
    await live.until('call-began');
    expect(live.text().match(/nothing new/g)?.length).toBeGreaterThan(10);
  });
});

describe('live events end', () => {
  const ends = (live: Listener): Promise<string> =>
    Promise.race([live.ended.then(() => 'ended'), sleep(2000).then(() => 'goes on')]);

  it('with the token, before anything more is told', async () => {
    const live = await listener(bearer(house.operator));
    await live.until('retry');
    await house.rules.revokeToken('desk', 'cli:local');
    await put('call-began');
    expect(await ends(live)).toBe('ended');
    expect(live.text()).not.toContain('call-began');
    expect((await ask(house.at, 'GET', '/v1/events', { token: house.operator })).status).toBe(401);
  });

  it('with the session: signed out, or idle, which listening does not put off', async () => {
    const signIn = async (): Promise<string> => {
      const { headers } = await ask(house.at, 'POST', '/v1/session', {
        body: { token: house.admin },
      });
      return (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
    };
    const cookie = await signIn();
    const first = await listener({ Cookie: cookie });
    await ask(house.at, 'DELETE', '/v1/session', {
      headers: { Cookie: cookie, 'X-Dialgate-Page': '1', 'Sec-Fetch-Site': 'same-origin' },
    });
    expect(await ends(first)).toBe('ended');

    const second = await listener({ Cookie: await signIn() });
    await second.until('retry');
    house.clock.now += 29 * 60_000;
    await put('call-began');
    await second.until('call-began');
    house.clock.now += 60_000;
    ring();
    expect(await ends(second)).toBe('ended');
  });

  it('when the server stops, and do not hold it up', async () => {
    const live = await listener(bearer(house.admin));
    await live.until('retry');
    house.rules.endFollowing();
    const began = performance.now();
    await house.listening.close(5);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await ends(live)).toBe('ended');
    expect(live.response.complete).toBe(true);
  });
});

describe('listeners', () => {
  const follow = (token: string): Promise<Listener> => listener(bearer(token));

  it('are eight of one token at most, and make room when they leave, however they leave', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => follow(house.admin)));
    const token = house.admin;
    const more = await ask(house.at, 'GET', '/v1/events', { token });
    expect([more.status, more.body['type']]).toEqual([
      429,
      'urn:dialgate:problem:too-many-requests',
    ]);
    expect(Number(more.headers['retry-after'])).toBeGreaterThan(0);
    // another's are counted by themselves
    (await follow(house.auditor)).leave();
    all[0]?.leave();
    for (let i = 0; ; i += 1) {
      const again = await follow(house.admin);
      again.leave();
      if (again.response.statusCode === 200) break;
      if (i === 100) throw new Error('who has left still has a place');
      await sleep(20);
    }
  });

  it('who ask for the head alone take no place', async () => {
    for (let i = 0; i < 20; i += 1) {
      const answer = await ask(house.at, 'HEAD', '/v1/events', { token: house.admin });
      expect([answer.status, answer.text]).toEqual([200, '']);
    }
    expect((await follow(house.admin)).response.statusCode).toBe(200);
  });

  it('who came too late for an answer take no place', async () => {
    const real = await openHouse();
    house = await openHouse({
      deadline: 0.02,
      rules: {
        follow: async (wanted) => {
          await sleep(150);
          return real.rules.follow(wanted);
        },
      },
    });
    const token = house.admin;
    for (let i = 0; i < 10; i += 1) {
      expect((await ask(house.at, 'GET', '/v1/events', { token })).status).toBe(504);
    }
    await sleep(400);
    const by = 'token:ops';
    const places = Array.from({ length: 8 }, () => real.rules.follow({ by, role: 'admin' }));
    await expect(Promise.all(places)).resolves.toHaveLength(8);
  });

  it('who do not read make nothing grow', async () => {
    const live = await listener(bearer(house.admin));
    await live.until('retry');
    live.response.pause();
    const { audit } = house.stores;
    const detail = { text: 'x'.repeat(4000) };
    // far more than sockets hold: 40 MB
    for (let i = 0; i < 10_000; i += 1) {
      await audit.append({ at: 1, actor: 'system', kind: 'call-began', detail });
    }
    await sleep(50);
    const { writableLength } = serverSide();
    expect(writableLength).toBeLessThan(2_000_000);
    live.response.resume();
    await live.until(`id: ${before + 10_000}`);
  });

  /** What the server still holds for its peers. */
  function serverSide(): { writableLength: number } {
    const active = (
      process as unknown as { _getActiveHandles(): { writableLength?: number; server?: unknown }[] }
    )._getActiveHandles();
    const held = active.filter(({ server }) => server).map((one) => one.writableLength ?? 0);
    return { writableLength: Math.max(0, ...held) };
  }
});
