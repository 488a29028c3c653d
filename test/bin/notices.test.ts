import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/bin/config.ts';
import { checkpointSinksOf, noticeFindings, webhooksOf } from '../../src/bin/notices.ts';
import { openHouse, type House } from '../../src/bin/rules.ts';
import { createHttp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listen.ts';
import { ask } from '../http/workshop.ts';
import { hookServer, isGenuine } from '../notify/hook-server.ts';
import { mailServer, readable } from '../notify/mail-server.ts';

let folder = '';
const taken: (() => Promise<void> | void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-notices-'));
  const secret = (name: string, text: string): void =>
    writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });
  secret('secret.key', '5a'.repeat(32));
  secret('hook.secret', 'a secret of tests, long enough');
});
afterEach(async () => {
  for (const letGo of taken.splice(0).toReversed()) await letGo();
  rmSync(folder, { recursive: true });
});

function configOf(...lines: string[]) {
  const file = join(folder, 'dialgate.yaml');
  const common = [
    `database: ${join(folder, 'dialgate.db')}`,
    `key_file: ${join(folder, 'secret.key')}`,
    'firewall: { kind: dry-run, services: [web] }',
    'access: { services: [web], also_allow: [203.0.113.0/24] }',
  ];
  writeFileSync(file, [...common, ...lines].join('\n'));
  return readConfig(file);
}

function opened(config: ReturnType<typeof configOf>): House {
  const house = openHouse({
    config,
    log: pino({ level: 'silent' }),
    externalAddress: () => undefined,
    asteriskHealth: () => ({ connected: true }),
    admission: () => undefined,
  });
  house.notices.start();
  taken.push(
    () => house.close(),
    () => house.notices.stop(),
  );
  return house;
}

async function until(done: () => boolean): Promise<void> {
  await expect.poll(done, { timeout: 10_000 }).toBe(true);
}

describe('a house with notices', () => {
  it('mails the user, whose press on the link shuts them out and tells administrators and webhooks', async () => {
    const mails = await mailServer();
    const hooks = await hookServer();
    const secret = join(folder, 'hook.secret');
    const config = configOf(
      'notify:',
      `  webhooks: [{ url: ${hooks.url}/in, secret_file: ${secret} }]`,
      `  smtp: { host: 127.0.0.1, port: ${mails.port}, security: none, from: gate@example.net }`,
      '  administrators: [ops@example.net, ops@example.net]',
      '  base_url: https://gate.example.net/',
      'speech: { language: fr, time_zone: Europe/Paris }',
      `audit: { checkpoint_webhook: { url: ${hooks.url}/checkpoints, secret_file: ${secret} } }`,
    );
    const house = opened(config);
    const rules = house.administration;
    await rules.addUser({ name: 'mira', email: 'mira@example.net' }, 'cli:ops');
    await expect.poll(() => house.stores.audit.ends().then(({ last }) => last)).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await rules.openGrant({ user: 'mira', address: '203.0.113.7' }, 'cli:ops');
    await until(() => mails.received.length === 1 && hooks.posted.length === 1);
    const [mail] = mails.received;
    if (!mail) throw new Error('nothing came');
    expect(mail.to).toEqual(['mira@example.net']);
    const text = readable(mail);
    expect(text).toContain('Un administrateur l’a fait.');
    const [, link = ''] = /https:\/\/gate\.example\.net(\/not-me\/\S+)/.exec(text) ?? [];

    const log = pino({ level: 'silent' });
    const app = createHttp({
      rules,
      log,
      now: Date.now,
      door: 'token',
      hosts: ['gate.example.net'],
    });
    const open = await listen(app, { host: '127.0.0.1', port: 0 });
    taken.push(() => open.close());
    const headers = { Host: 'gate.example.net' };
    const page = await ask(open.at, 'GET', link, { headers });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('<html lang="fr">')]);
    expect((await rules.user('mira')).disabled).toBe(false);
    const done = await ask(open.at, 'POST', link, { headers });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('C’est fait')]);
    expect((await rules.user('mira')).disabled).toBe(true);
    expect((await rules.grants({ state: 'active', limit: 9 })).rows).toEqual([]);

    await until(() => mails.received.length === 2 && hooks.posted.length === 2);
    expect(mails.received[1]?.to).toEqual(['ops@example.net']);
    expect(mails.received[1] && readable(mails.received[1])).toContain('this was not me');
    expect(hooks.posted.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      'gate-opened',
      'user-disabled',
    ]);
    // what is secret is neither on record nor in the queue
    const kept = JSON.stringify([
      await rules.audit({ limit: 100 }),
      await rules.notices({ limit: 100 }),
    ]);
    expect(kept).not.toContain('mira@example.net');
    expect(kept).not.toContain(link.slice(-43));

    expect(await rules.checkpointAudit()).toMatchObject({ seq: expect.any(Number) as number });
    const checkpoint = hooks.posted.find(({ path }) => path === '/checkpoints');
    expect(checkpoint && isGenuine(checkpoint, Buffer.from('a secret of tests, long enough'))).toBe(
      true,
    );
    expect((await rules.readings()).notifications).toEqual({
      waiting: 0,
      oldestAt: null,
      failed: 0,
      sent: 4,
    });
  });
});

describe('the configuration of notices', () => {
  const hook = (url: string): string =>
    `notify: { webhooks: [{ url: '${url}', secret_file: /s }] }`;
  const smtp = (rest: string): string =>
    `notify: { smtp: { host: mail.example.net, from: gate@example.net${rest} } }`;

  it.each([
    [hook('http://hooks.example.net/'), /http:\/\/ goes to this host alone/],
    [hook('ftp://hooks.example.net/'), /an https URL/],
    [hook('https://someone:sesame@hooks.example.net/'), /without a user and password/],
    ['notify: { webhooks: [{ url: https://h.example.net }] }', /secret_file/],
    [
      hook('https://h.example.net').replace(
        'secret_file: /s',
        'secret_file: /s, events: [notification-failed]',
      ),
      /events/,
    ],
    [
      `notify: { webhooks: [{ url: https://h.example.net, secret_file: /s }, { url: https://h.example.net, secret_file: /t }] }`,
      /names a URL twice/,
    ],
    [
      'notify: { administrators: ["ops@example.net\\r\\nBcc: eve@example.net"] }',
      /an e-mail address/,
    ],
    [smtp(', user: gate'), /user and password_file go together/],
    [smtp(', user: gate, password_file: /p, security: none'), /must be starttls or tls/],
    [smtp(', security: ssl'), /one of starttls, tls, none/],
    ['notify: { base_url: "http://gate.example.net" }', /http:\/\/ goes to this host alone/],
    ['notify: { base_url: "https://gate.example.net/?a=b" }', /without \? and #/],
    ['notify: { link_for: 8d }', /from 10m to 7d/],
    ['notify: { give_up_after: 30s }', /from 60s to 7d/],
  ])('%s is refused', (line, why) => {
    expect(() => configOf(line)).toThrow(why);
  });

  it('takes http to this host, and the ports that belong to what is said', () => {
    expect(configOf(hook('http://127.0.0.1:9000/in')).notify.webhooks).toHaveLength(1);
    const ports = ['', ', security: tls', ', security: none', ', port: 2525'].map(
      (rest) => configOf(smtp(rest)).notify.smtp?.port,
    );
    expect(ports).toEqual([587, 465, 25, 2525]);
    expect(configOf('notify: { base_url: "https://gate.example.net/door/" }').notify.base_url).toBe(
      'https://gate.example.net/door',
    );
  });

  it('names what is right and yet not what one may want', () => {
    const findings = (...lines: string[]): string => noticeFindings(configOf(...lines)).join('\n');
    expect(findings()).toBe('');
    expect(findings(smtp(''))).toMatch(/base_url is not set: .* no link/);
    expect(findings(smtp(''))).toMatch(/administrators is empty/);
    expect(findings(smtp(', security: none'))).toMatch(/anybody can read the links/);
    expect(
      findings(
        'notify: { webhooks: [{ url: https://h.example.net, secret_file: /s }], base_url: "https://g.example.net", administrators: [a@example.net] }',
      ),
    ).toMatch(/nobody is sent a link[^]*they are sent nothing/);
  });

  it('does not start with a secret that is missing, too short or open to everybody', () => {
    const file = join(folder, 'hook.secret');
    const config = configOf(hook('https://h.example.net').replace('/s', file));
    expect(webhooksOf(config)).toHaveLength(1);
    expect(checkpointSinksOf(config)).toEqual([]);
    writeFileSync(file, 'short');
    expect(() => webhooksOf(config)).toThrow(/at least 24 bytes/);
    rmSync(file);
    expect(() => webhooksOf(config)).toThrow(/is missing/);
    writeFileSync(file, 'a secret of tests, long enough', { mode: 0o644 });
    expect(() => webhooksOf(config)).toThrow(/open to everybody/);
  });
});
