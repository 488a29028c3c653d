import { describe, expect, it } from 'vitest';
import { createMailer } from '../../../src/notify/mailer.ts';
import { mailServer, readable } from '../../notify/mail-server.ts';
import { address } from '../../contract/stores/bench.ts';
import { createDesk, links, until } from './workshop.ts';

const mailerTo = (port: number) =>
  createMailer({
    host: '127.0.0.1',
    port,
    security: 'none',
    login: undefined,
    ca: undefined,
    from: 'gate@example.net',
  });

const rules = {
  administrators: ['ops@example.net', 'night@example.net'],
  baseUrl: 'https://gate.example.net/door',
  linkFor: 3600,
  giveUpAfter: 86_400,
  language: 'en',
  timeZone: 'UTC',
};

const opened = (userId: number) =>
  ({
    userId,
    grantId: 9,
    address: address('203.0.113.7'),
    caller: '15550123',
    detail: { services: 'web', seconds: 14_400 },
  }) as const;

describe('a user with an e-mail address', () => {
  it('is told what was opened, by which call, until when, and has a link that says "not me"', async () => {
    const server = await mailServer();
    const { notices, append, time, addUser } = createDesk({ mailer: mailerTo(server.port), rules });
    const mira = await addUser('mira', 'mira@example.net');
    const otto = await addUser('otto');
    notices.start();
    await time.pass(1);
    await append('gate-opened', opened(otto.id));
    await append('gate-opened', opened(mira.id));
    await time.pass(1);
    await until(() => server.received.length === 1);
    const [mail] = server.received;
    if (!mail) throw new Error('nothing came');
    expect(mail.to).toEqual(['mira@example.net']);
    expect(mail.text).toMatch(/^Subject: dialgate: 203\.0\.113\.7 was opened for you/im);
    const text = readable(mail);
    expect(text).toContain('Hello mira,');
    expect(text).toContain('on 1 June 2025 at 12:00 UTC, until 1 June 2025 at 16:00 UTC.');
    expect(text).toContain('by telephone, from 15550123');
    const [, signed = ''] = /https:\/\/gate\.example\.net\/door\/not-me\/(\S+)/.exec(text) ?? [];
    expect(links.read(signed, time.clock.now())).toMatchObject({ grantId: 9 });
    expect(links.read(signed, time.clock.now() + 3_600_000)).toBeUndefined();
    expect(text).toContain('The link works until 1 June 2025 at 13:00 UTC.');
  });

  it.each([
    ['de', /wurde für Sie geöffnet/, 'NICHT'],
    ['es', /para usted/, 'NO fue usted'],
    ['fr', /ouverte pour vous/, 'PAS vous'],
    ['it', /aperto per lei/, 'NON è stato lei'],
    ['pt', /was opened for you/, 'NOT you'],
  ])('reads it in their language: %s', async (language, _subject, words) => {
    const server = await mailServer();
    const { notices, append, time, addUser } = createDesk({ mailer: mailerTo(server.port), rules });
    const mira = await addUser('mira', 'mira@example.net', language);
    notices.start();
    await time.pass(1);
    await append('gate-opened', opened(mira.id));
    await time.pass(1);
    await until(() => server.received.length === 1);
    const [mail] = server.received;
    expect(mail && readable(mail)).toContain(words);
  });

  it('is told whom to call where there can be no link', async () => {
    const server = await mailServer();
    const { notices, append, time, addUser } = createDesk({
      mailer: mailerTo(server.port),
      rules: { ...rules, baseUrl: null },
    });
    const mira = await addUser('mira', 'mira@example.net');
    notices.start();
    await time.pass(1);
    await append('gate-opened', opened(mira.id));
    await time.pass(1);
    await until(() => server.received.length === 1);
    const text = server.received.map(readable).join('');
    expect(text).toContain('call your administrator at once');
    expect(text).not.toContain('http');
  });

  it('is written to at the address that they have when it is sent; without one it is given up', async () => {
    const server = await mailServer();
    const { port } = server;
    await server.close();
    const { notices, append, time, addUser, stores } = createDesk({
      mailer: mailerTo(port),
      rules,
    });
    const mira = await addUser('mira', 'old@example.net');
    notices.start();
    await time.pass(1);
    await append('gate-opened', opened(mira.id));
    await time.pass(1);
    await until(async () => (await stores.notices.page({ limit: 1 }))[0]?.why !== null);
    const entry = { at: 1, actor: 'cli:local', kind: 'user-changed' } as const;
    await stores.users.change(mira.id, { email: 'new@example.net' }, entry);
    const back = await mailServer({}, port);
    await time.pass(10);
    await until(() => back.received.length === 1);
    expect(back.received[0]?.to).toEqual(['new@example.net']);
    await append('gate-opened', opened(mira.id));
    await stores.users.change(mira.id, { email: null }, entry);
    await time.pass(1);
    expect(back.received).toHaveLength(1);
  });
});

describe('administrators', () => {
  it('are told of alarms, one mail each, with what the record has of it', async () => {
    const server = await mailServer();
    const { notices, append, time, addUser } = createDesk({ mailer: mailerTo(server.port), rules });
    const mira = await addUser('mira', 'mira@example.net');
    notices.start();
    await time.pass(1);
    await append('lockout-began', {
      userId: mira.id,
      caller: '15550123\r\nBcc: eve@example.net',
      detail: { subject: 'user:1\r\n\r\nRCPT TO:<eve@example.net>', seconds: 60 },
    });
    await time.pass(1);
    await until(() => server.received.length === 2);
    expect(server.received.flatMap(({ to }) => to).sort()).toEqual([
      'night@example.net',
      'ops@example.net',
    ]);
    const [mail] = server.received;
    if (!mail) throw new Error('nothing came');
    expect(mail.text).toMatch(/^Subject: dialgate: A lockout has begun\r$/im);
    expect(mail.text.split('\r\n\r\n')[0]).not.toMatch(/^bcc/im);
    expect(readable(mail)).toContain('user: mira');
    expect(readable(mail)).toContain('telephone: 15550123 Bcc: eve@example.net');
    expect(readable(mail)).toContain('subject: user:1 RCPT TO:<eve@example.net>');
  });

  it('are told that a user says "this was not me"', async () => {
    const server = await mailServer();
    const { notices, append, time, addUser } = createDesk({ mailer: mailerTo(server.port), rules });
    const mira = await addUser('mira');
    notices.start();
    await time.pass(1);
    const detail = { name: 'mira', reason: 'not-me' };
    await append('user-disabled', { userId: mira.id, actor: 'link:9', detail });
    await time.pass(1);
    await until(() => server.received.length === 2);
    expect(readable(server.received[0] as never)).toContain('this was not me');
  });

  it('and one address that is refused delays no other', async () => {
    const server = await mailServer({
      onRcptTo: ({ address: to }, _session, done) =>
        to.startsWith('ops') ? done(Object.assign(new Error('no'), { responseCode: 451 })) : done(),
    });
    const { notices, append, time } = createDesk({ mailer: mailerTo(server.port), rules });
    notices.start();
    await time.pass(1);
    await append('brake-began');
    await append('lockout-began');
    await time.pass(1);
    await until(() => server.received.length === 2, time);
    expect(server.received.map(({ to }) => to)).toEqual([
      ['night@example.net'],
      ['night@example.net'],
    ]);
    expect((await notices.counts()).waiting).toBe(2);
  });
});
