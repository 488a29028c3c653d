import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import { createNotMeLinks } from '../../src/access/notices/not-me-link.ts';
import { testLinks } from '../fakes/notices.ts';
import { ask, openHouse, type House } from './workshop.ts';

async function opened(
  changes: Parameters<typeof openHouse>[0] = {},
): Promise<House & { link: string }> {
  const house = await openHouse(changes);
  await house.rules.addUser({ name: 'mira', language: 'es' }, 'cli:local');
  const { id } = await house.rules.openGrant({ user: 'mira', address: '203.0.113.7' }, 'cli:local');
  const until = house.clock.now + 86_400_000;
  return {
    ...house,
    link: `/not-me/${testLinks.sign({ grantId: id, at: house.clock.now, until })}`,
  };
}

const user = async ({ rules }: House) => rules.user('mira');
const form = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' };

describe('the page behind a link', () => {
  it('says what its one button does, in the user’s language, and does nothing when it is fetched', async () => {
    const house = await opened();
    for (const method of ['GET', 'HEAD', 'GET', 'GET']) {
      const page = await ask(house.at, method, house.link);
      expect(page.status).toBe(200);
      expect(page.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    }
    const { text, headers } = await ask(house.at, 'GET', house.link);
    expect(text).toContain('<html lang="es">');
    expect(text).toContain('203.0.113.7');
    expect(text).toContain('1 de junio de 2025');
    expect(text.match(/<button/g)).toHaveLength(1);
    expect(text).toContain('<form method="post">');
    expect(text).not.toMatch(/<script|\son[a-z]+=|https?:|mira/i);
    const policy = String(headers['content-security-policy']);
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect((await user(house)).disabled).toBe(false);
    expect((await house.rules.grants({ state: 'active', limit: 9 })).rows).toHaveLength(1);
  });

  it('closes and disables when the button is pressed, as a browser presses it, and tells so', async () => {
    const house = await opened();
    const done = await ask(house.at, 'POST', house.link, { headers: form });
    expect(done.status).toBe(200);
    expect(done.text).toContain('su acceso está bloqueado');
    expect((await user(house)).disabled).toBe(true);
    expect((await house.rules.grants({ state: 'active', limit: 9 })).rows).toEqual([]);
    const { rows } = await house.rules.auditPage({ actor: 'link:1', limit: 9 });
    expect(rows.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['gate-closed', undefined],
      ['user-disabled', { name: 'mira', reason: 'not-me' }],
    ]);
    const again = await ask(house.at, 'POST', house.link, { headers: form });
    expect([again.status, again.text]).toEqual([200, expect.stringContaining('ya se hizo')]);
    expect((await ask(house.at, 'GET', house.link)).text).not.toContain('<button');
    expect((await house.rules.auditPage({ actor: 'link:1', limit: 9 })).rows).toHaveLength(2);
  });

  it('is the same for links that are over, forged, or were never made, by either method', async () => {
    const house = await opened();
    const soon = house.clock.now + 1000;
    const bad = [
      testLinks.sign({ grantId: 1, at: 1000, until: house.clock.now - 1000 }),
      createNotMeLinks(Buffer.alloc(32, 1)).sign({ grantId: 1, at: house.clock.now, until: soon }),
      testLinks.sign({ grantId: 77, at: house.clock.now, until: soon }),
      'x',
      '%00%0d%0aSet-Cookie:%20a',
      '..%2f..%2fv1%2fusers',
      '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    ];
    const answers = new Set<string>();
    for (const method of ['GET', 'POST']) {
      for (const signed of bad) {
        const { status, text, headers } = await ask(house.at, method, `/not-me/${signed}`);
        const { 'x-request-id': _id, date: _date, ...rest } = headers;
        answers.add(JSON.stringify([status, text, rest]));
      }
    }
    expect([...answers]).toEqual([expect.stringMatching(/^\[404,/)]);
    expect((await user(house)).disabled).toBe(false);
  });

  it('says what is open still, and until when, where the firewall does not answer', async () => {
    const house = await opened();
    const until = Date.UTC(2025, 5, 1, 16);
    const seen = await house.rules.notMe.look(house.link.replace('/not-me/', ''));
    if (!seen) throw new Error('the link is no good');
    const address = '203.0.113.7' as never;
    const open = [{ address, until }];
    const notMe = {
      ...house.rules.notMe,
      confirm: () => Promise.resolve({ ...seen, outcome: 'unconfirmed' as const, open }),
    };
    const other = await opened({ rules: { notMe } });
    const { status, text } = await ask(other.at, 'POST', other.link, { headers: form });
    expect(status).toBe(200);
    expect(text).toContain('203.0.113.7, a más tardar hasta 1 de junio de 2025 a las 16:00 UTC');
    expect(text).toContain('Llame a su administrador');
  });

  it('stays out of the log', async () => {
    const house = await opened();
    await ask(house.at, 'GET', house.link);
    await ask(house.at, 'POST', house.link);
    // a proxy that passes it on otherwise
    for (const at of ['/', '/door', '/not-me/']) await ask(house.at, 'GET', `${at}${house.link}`);
    await ask(house.at, 'GET', house.link.replace('not-me', 'Not%2DMe'));
    const failing = await opened({
      rules: {
        notMe: {
          ...house.rules.notMe,
          look: () => Promise.reject(new AccessError('store-failed', 'full')),
        },
      },
    });
    expect((await ask(failing.at, 'GET', failing.link)).status).toBe(503);
    const lines = house.logged() + failing.logged();
    expect(lines).toContain('"path":"/not-me/…"');
    expect(lines).not.toContain(house.link.slice(-43));
    expect(lines).not.toContain(failing.link.slice(-43));
  });

  it('is not for whoever asks for it a thousand times', async () => {
    const house = await opened();
    const statuses: number[] = [];
    for (let n = 0; n < 130; n++) statuses.push((await ask(house.at, 'GET', '/not-me/x')).status);
    expect(statuses.slice(0, 120).every((status) => status === 404)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    // the rest of the API is not concerned
    expect((await ask(house.at, 'GET', '/v1/users', { token: house.admin })).status).toBe(200);
  });

  it('needs no token, takes no key for asking once, and knows no other method', async () => {
    const house = await opened();
    const headers = { ...form, 'Idempotency-Key': 'k' };
    expect((await ask(house.at, 'POST', house.link, { headers })).status).toBe(200);
    expect((await ask(house.at, 'DELETE', house.link)).status).toBe(405);
  });
});

describe('the queue', () => {
  const notice = {
    id: 3,
    delivery: 'hidden',
    receiver: 'user:1',
    about: { seq: 9, at: 1, actor: 'system', kind: 'gate-opened', userId: 1 },
    count: 2,
    madeAt: 1000,
    tries: 1,
    why: 'HTTP 500',
    state: 'waiting',
    endedAt: null,
    userName: 'mira',
  } as const;

  it('is shown without what is sent, to those who may read', async () => {
    const house = await openHouse({
      rules: { notices: () => Promise.resolve({ rows: [notice], next: null }) },
    });
    const asked = await ask(house.at, 'GET', '/v1/notices?state=waiting', { token: house.auditor });
    expect(asked.body).toEqual({
      items: [
        {
          id: 3,
          receiver: 'user:1',
          userName: 'mira',
          kind: 'gate-opened',
          seq: 9,
          count: 2,
          state: 'waiting',
          madeAt: '1970-01-01T00:00:01.000Z',
          tries: 1,
          why: 'HTTP 500',
          endedAt: null,
        },
      ],
      next: null,
    });
    expect((await ask(house.at, 'GET', '/v1/notices', { token: house.operator })).status).toBe(403);
    expect(
      (await ask(house.at, 'GET', '/v1/notices?state=lost', { token: house.admin })).status,
    ).toBe(400);
  });

  it('is tested by administrators alone, and the answers are told', async () => {
    const results = [
      { receiver: 'mail:ops@example.net', ok: true, answer: '250 OK' },
      { receiver: 'webhook:hooks.example.net/ab', ok: false, why: 'HTTP 500', forGood: false },
    ] as const;
    const house = await openHouse({ rules: { testNotices: () => Promise.resolve([...results]) } });
    const path = '/v1/notices/test';
    expect((await ask(house.at, 'POST', path, { token: house.auditor })).status).toBe(403);
    expect((await ask(house.at, 'POST', path, { token: house.admin })).body).toEqual({
      items: [
        { receiver: 'mail:ops@example.net', ok: true, answer: '250 OK' },
        { receiver: 'webhook:hooks.example.net/ab', ok: false, answer: 'HTTP 500' },
      ],
    });
  });
});
