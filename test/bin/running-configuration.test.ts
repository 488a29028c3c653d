import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { configurationShape } from '../../src/http/answers/configuration.ts';
import { readConfig } from '../../src/bin/config.ts';
import { runningConfiguration } from '../../src/bin/running-configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'dialgate-config-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** With all that may be set, whatever it means together. */
const everything = `
key_file: /etc/dialgate/secret.key
asterisk:
  url: http://someone:sesame@127.0.0.1:8088/prefix
  username: dialgate-ari
  password_file: /etc/dialgate/ari.password
firewall: { kind: dry-run, services: [web] }
http: { names: [gate.example.net] }
access: { services: [web], also_allow: [198.51.100.0/24, '2001:db8::/32'] }
audit:
  keep: 400d
  checkpoints: /srv/checkpoints
  checkpoint_webhook: { url: https://hooks.example.net/sesame, secret_file: /etc/dialgate/hook.secret }
notify:
  webhooks: [{ url: https://hooks.example.net/sesame, secret_file: /etc/dialgate/hook.secret, events: [gate-closed] }]
  smtp:
    { host: mail.example.net, user: someone, password_file: /etc/dialgate/mail.password, ca_file: /etc/dialgate/ca.pem, from: gate@example.net }
  administrators: [ops@example.net]
  base_url: https://gate.example.net
telephone: { number: '+1 555 0142' }
call_back: { endpoint: 'PJSIP/{number}@carrier', caller_id: '100' }
speech:
  languages: [es]
  by_number: { '100': es }
  sounds: /srv/sounds
  recordings: /srv/recordings
  time_zone: Europe/Berlin
external_address: { address: 203.0.113.1, stun: [stun.example.net] }
`;

/** The names of all that a value holds, each with those above it. */
const namesIn = (value: unknown, above = ''): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, inner]) => namesIn(inner, `${above}.${name}`))
    : [above.slice(1)];

it('what runs is shown, but for what is named here: a new key is a decision', () => {
  const file = join(folder, 'dialgate.yaml');
  writeFileSync(file, everything);
  const running = runningConfiguration(readConfig(file));
  const shown = configurationShape.parse(running);
  const hidden = namesIn(running).filter((name) => !namesIn(shown).includes(name));
  expect(hidden).toEqual([
    'key_file',
    'asterisk.username',
    'asterisk.password_file',
    'audit.checkpoint_webhook.secret_file',
    'notify.smtp.user',
    'notify.smtp.password_file',
    'notify.smtp.ca_file',
  ]);
  expect(JSON.stringify(shown)).not.toMatch(
    /sesame|someone|secret\.key|ari\.password|prefix|hook\.secret/,
  );
  expect(shown.access.also_allow).toEqual(['198.51.100.0/24', '2001:db8::/32']);
  expect(shown.asterisk.url).toBe('http://127.0.0.1:8088');
});
