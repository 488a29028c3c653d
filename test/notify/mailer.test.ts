import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMailer, type MailerOptions } from '../../src/notify/mailer.ts';
import { mailServer, readable, selfMadeCertificate } from './mail-server.ts';

const mailer = (port: number, rest: Partial<MailerOptions> = {}) =>
  createMailer({
    host: '127.0.0.1',
    port,
    security: 'none',
    login: undefined,
    ca: undefined,
    from: 'gate@example.net',
    deadline: 5,
    ...rest,
  });
const mail = { delivery: 'd-1', to: 'mira@example.net', subject: 'Opened', text: 'A line.\n' };
const { key, cert } = selfMadeCertificate();

describe('a mail', () => {
  it('arrives as plain text, with an id that is the same when it is sent again', async () => {
    const server = await mailServer();
    const words = {
      ...mail,
      subject: 'Adresse geöffnet',
      text: 'Grüße, und eine lange Zeile '.repeat(9),
    };
    expect(await mailer(server.port).send(words)).toMatchObject({ ok: true });
    await mailer(server.port).send(words);
    expect(server.received).toHaveLength(2);
    for (const received of server.received) {
      expect(received).toMatchObject({ from: 'gate@example.net', to: ['mira@example.net'] });
      expect(received.text).toMatch(/^Message-ID: <d-1@example\.net>/im);
      expect(received.text).toMatch(/^Auto-Submitted: auto-generated/im);
      expect(received.text).toMatch(/^Content-Type: text\/plain; charset=utf-8/im);
      expect(received.text).toMatch(/^Subject: =\?UTF-8\?/im);
      expect(readable(received).trim()).toBe(words.text.trim());
    }
  });

  it('has no more headers and no more receivers for what is in its words', async () => {
    const server = await mailServer();
    await mailer(server.port).send({
      ...mail,
      subject: 'Opened\r\nBcc: eve@example.net\r\n\r\nHello',
      text: 'one\r\n.\r\nRCPT TO:<eve@example.net>\r\n',
    });
    await mailer(server.port).send({ ...mail, to: 'mira@example.net,eve@example.net' });
    await mailer(server.port).send({
      ...mail,
      to: 'mira@example.net>\r\nRCPT TO:<eve@example.net',
    });
    const receivers = server.received.flatMap(({ to }) => to);
    expect(receivers).not.toContain('eve@example.net');
    const [first] = server.received;
    expect(first?.text.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
  });
});

describe('TLS', () => {
  it.each(['starttls', 'tls'] as const)(
    'by %s refuses a certificate that nobody vouches for, unless it is named',
    async (security) => {
      const server = await mailServer({ key, cert, secure: security === 'tls' });
      const distrusted = await mailer(server.port, { security }).send(mail);
      expect(distrusted).toMatchObject({ ok: false, forGood: false });
      expect(distrusted.ok ? '' : distrusted.why).toMatch(/certificate/);
      expect(server.received).toEqual([]);
      expect(await mailer(server.port, { security, ca: cert }).send(mail)).toMatchObject({
        ok: true,
      });
      expect(server.received.map(({ secure }) => secure)).toEqual([true]);
    },
  );

  it('is not given up where a server does not offer it', async () => {
    const server = await mailServer();
    const outcome = await mailer(server.port, { security: 'starttls' }).send(mail);
    expect(outcome).toMatchObject({ ok: false, forGood: false });
    expect(server.received).toEqual([]);
  });

  it('goes before the password', async () => {
    const seen: unknown[] = [];
    const server = await mailServer({
      key,
      cert,
      authOptional: false,
      onAuth({ username, password }, session, done) {
        seen.push(session.secure, username, password);
        if (password === 'sesame') done(null, { user: username });
        else done(new Error('no'));
      },
    });
    const options = { security: 'starttls', ca: cert } as const;
    const login = { user: 'gate', password: 'sesame' };
    expect(await mailer(server.port, { ...options, login }).send(mail)).toMatchObject({ ok: true });
    expect(seen).toEqual([true, 'gate', 'sesame']);
    const wrong = { ...login, password: 'wrong-one' };
    const refused = await mailer(server.port, { ...options, login: wrong }).send(mail);
    expect(refused).toMatchObject({ ok: false, forGood: false });
    expect(JSON.stringify(refused)).not.toContain('wrong-one');
  });
});

describe('a mail server', () => {
  it('that knows no such mailbox is believed, and one that asks to wait is asked again', async () => {
    for (const [code, forGood] of [
      [550, true],
      [451, false],
    ] as const) {
      const server = await mailServer({
        onRcptTo: (_address, _session, done) =>
          done(Object.assign(new Error('no'), { responseCode: code })),
      });
      expect(await mailer(server.port).send(mail)).toMatchObject({ ok: false, forGood });
    }
  });

  it('that is not there is a failure like others', async () => {
    const server = await mailServer();
    await server.close();
    expect(await mailer(server.port).send(mail)).toMatchObject({ ok: false, forGood: false });
  });

  it.each([
    ['says nothing', (): void => undefined],
    [
      'says a letter now and then',
      (socket: Socket): void => {
        const drip = setInterval(() => socket.write('2'), 20);
        socket.once('close', () => clearInterval(drip));
      },
    ],
  ])('that %s is left after the time that was said, and the connection with it', async (_, on) => {
    const closed: Promise<unknown>[] = [];
    const server = createServer((socket) => {
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.on('error', () => undefined);
      on(socket);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const outcome = await mailer(port, { deadline: 0.4 }).send(mail);
    expect(outcome).toMatchObject({ ok: false, forGood: false });
    await Promise.all(closed);
    await new Promise((done) => server.close(done));
  });
});
