import {
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
  readFileSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configTemplate, helperTemplate } from '../../src/bin/config-template.ts';
import { checkConfig, disagreements } from '../../src/bin/check-config.ts';
import { readConfig } from '../../src/bin/config.ts';
import { init } from '../../src/bin/init.ts';
import { readKey } from '../../src/bin/key-file.ts';
import { readConfig as readHelperConfig } from '../../src/helper/config/config.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function configOf(text: string) {
  const file = join(folder, 'dialgate.yaml');
  writeFileSync(file, text);
  return readConfig(file);
}

function prepared(...more: string[]): string {
  const at = (name: string): string => join(folder, name);
  writeFileSync(
    join(folder, 'dialgate.yaml'),
    [
      `database: ${at('var/dialgate.db')}`,
      `key_file: ${at('etc/secret.key')}`,
      `asterisk: { password_file: ${at('etc/ari.password')} }`,
      `http: { admin_socket: ${at('run/admin.sock')} }`,
      `speech: { cache: ${at('cache/sounds')} }`,
      'access: { services: [web] }',
      ...more,
    ].join('\n'),
  );
  return at('dialgate.yaml');
}

describe('the configuration', () => {
  test('as "dialgate init" writes it is right, and so is the helper’s', () => {
    const config = configOf(configTemplate('/etc/dialgate'));
    expect(config.access).toMatchObject({ open_for: 14_400, longest: 43_200, most_open: 5 });
    const helper = readHelperConfig(helperTemplate('198.51.100.20'));
    expect(helper.services.map((s) => s.name)).toEqual(
      expect.arrayContaining(config.access.services),
    );
    expect(helper.longest).toBeGreaterThanOrEqual(config.access.longest);
  });

  test('needs only the services', () => {
    expect(configOf('access: { services: [web] }').http).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
    });
  });

  test.each([
    ['access: { services: [] }', /line 1: access\.services/],
    [
      'access:\n  services: [web]\n  open_for: 4 hours',
      /line 3: access\.open_for: a duration such as 90s, 15m, 4h or 7d, not "4 hours"/,
    ],
    ['access: { services: [web] }\nhttp:\n  prot: 1', /line 3: http\.prot: there is no such key/],
    ['access: { services: [web] }\nhttp:\n  port: 70000', /line 3: http\.port/],
    ['access: { services: [Web] }', /access\.services\.0: a service name/],
    [
      'access: { services: [web], also_allow: [203.0.113.1/24] }',
      /access\.also_allow\.0: a network such as .*, not "203\.0\.113\.1\/24"/,
    ],
    [
      'access: { services: [web], also_allow: 203.0.113.0/24 }',
      /access\.also_allow: a list, such as/,
    ],
    ['access: { services: [web], open_for: 1s }', /access\.open_for: a duration of at least 2s/],
    ['access: { services: [web], open_for: 2d, longest: 1d }', /open_for \(172800 s\) is longer/],
    ['access: { services: [web] }\ndatabase: dialgate.db', /line 2: database: an absolute path/],
    [
      'access: { services: [web] }\nfirewall: { kind: iptables }',
      /firewall\.kind: one of helper, dry-run/,
    ],
    [
      'access: { services: [web] }\nspeech: { time_zone: Mars/Olympus }',
      /speech\.time_zone: a time zone/,
    ],
    [
      'access: { services: [nope] }\nfirewall: { kind: dry-run, services: [web] }',
      /access\.services names nope; firewall\.services has web/,
    ],
    ['access: { services: [web], most_open: 0 }', /access\.most_open: at least 1/],
    [
      'access: { services: [web], user_lockout: { first: 1h } }',
      /access\.user_lockout: first must not be longer than longest/,
    ],
    [
      'access: { services: [web], caller_lockout: { memory: 1m } }',
      /access\.caller_lockout: longest must not be longer than memory/,
    ],
    ['access: { services: [web] }\ncall: { longest: 30m }', /call\.longest: .*at most 10m/],
    [
      "access: { services: [web] }\ncall_back: { endpoint: 'PJSIP/{number}@c', ring_for: 30d }",
      /call_back\.ring_for: .*at most 10m/,
    ],
    [
      'access: { services: [web] }\ntelephone: { number: 15550142 }',
      /telephone\.number: .*in quotes/,
    ],
    [
      'access: { services: [web] }\ntelephone: { number: "call me" }',
      /telephone\.number: a telephone number such as/,
    ],
    ['access: { services: [web] }\ndialling: { country: 49 }', /dialling\.country: .*in quotes/],
    [
      'access: { services: [web] }\ndialling: { international: "0", trunk: "0" }',
      /dialling: international and trunk must differ/,
    ],
    [
      'access: { services: [web] }\nspeech: { by_number: { "+1 555": en } }',
      /speech\.by_number.*a number as Asterisk/,
    ],
    [
      'access: { services: [web] }\naudit: { keep: 2d }\nnotify: { link_for: 3d }',
      /notify\.link_for \(259200 s\) is longer than audit\.keep \(172800 s\)/,
    ],
    ['access: [', /is not YAML/],
    ['', /line 1: access/],
    ['just words', /the file/],
    ['access: { services: [web] }\naccess: { services: [web] }', /is not YAML/],
  ])('%j is refused with its place and what is allowed', (text, message) => {
    expect(() => configOf(text)).toThrow(message);
  });

  test('that is missing is said to be, with the mend', () => {
    expect(() => readConfig(join(folder, 'none.yaml'))).toThrow(
      /There is no configuration.*dialgate init/,
    );
  });
});

describe('init', () => {
  test('makes what is missing, with the right permissions, and changes nothing the second time', () => {
    const file = prepared();
    const said = init({ config: file });
    expect(said.some((line) => line.startsWith('made') && line.endsWith('secret.key'))).toBe(true);
    const modeOf = (name: string): number => statSync(join(folder, name)).mode & 0o777;
    expect(modeOf('etc/secret.key')).toBe(0o640);
    expect(modeOf('etc/ari.password')).toBe(0o640);
    expect(modeOf('var/dialgate.db')).toBe(0o600);
    expect(modeOf('cache/sounds')).toBe(0o755);
    const key = readFileSync(join(folder, 'etc/secret.key'), 'utf8');
    const again = init({ config: file });
    expect(again.filter((line) => line.startsWith('made'))).toEqual([]);
    expect(readFileSync(join(folder, 'etc/secret.key'), 'utf8')).toBe(key);
  });

  test('writes Asterisk’s user with the password crypted, not in clear', () => {
    init({ config: prepared() });
    const fragment = readFileSync(join(folder, 'ari_dialgate.conf'), 'utf8');
    const password = readFileSync(join(folder, 'etc/ari.password'), 'utf8').trim();
    expect(fragment).toMatch(/^password_format=crypt$/m);
    expect(fragment).toMatch(/^password=\$6\$/m);
    expect(fragment).not.toContain(password);
  });

  test('a folder that cannot be made is told, with the mend', () => {
    expect(() => init({ config: '/dev/null/etc/dialgate.yaml' })).toThrow(
      'The folder /dev/null/etc cannot be made (ENOTDIR): run this as root',
    );
  });

  test('an owner who does not exist is named before anything is made', () => {
    const file = prepared();
    expect(() => init({ config: file, owner: 'no-such-user-here' })).toThrow(
      /no user no-such-user-here/,
    );
    expect(existsSync(join(folder, 'etc/secret.key'))).toBe(false);
  });
});

test('what the configuration promises and the helper will not do is told, each with its mend', () => {
  const config = configOf(
    'access: { services: [web, nope], open_for: 1h, longest: 2h }\npairing: { ipv6: network }',
  );
  const limits = { services: ['web'], longest: 3600, mostAddresses: 10, networks: false };
  const words = disagreements(config, limits);
  expect(words).toHaveLength(3);
  expect(disagreements(config, { ...limits, warnings: ['The guard is off.'] })).toContain(
    'The guard is off.',
  );
  expect(words.join('\n')).toMatch(
    /names nope[^]*7200 s, but the helper allows 3600 s[^]*"networks": true/,
  );
  expect(
    disagreements(config, { ...limits, services: ['web', 'nope'], longest: 7200, networks: true }),
  ).toEqual([]);
});

test('users are named whose own services the helper does not know: they can open nothing', () => {
  const config = configOf('access: { services: [web] }');
  const limits = { services: ['web'], longest: 86_400, mostAddresses: 10, networks: false };
  const user = { name: 'usual', services: [] as string[], disabled: false };
  const users = [
    user,
    { ...user, name: 'two', services: ['web', 'sip', 'rtp'] },
    { ...user, name: 'three', services: ['sip'] },
    { ...user, name: 'out', services: ['sip'], disabled: true },
    { ...user, name: 'four', services: ['web'] },
  ];
  expect(disagreements(config, limits, users)).toEqual([
    'two (sip, rtp), three (sip) have services of their own that the helper does not know: they can open nothing; add them to helper.json, or give the users others',
  ]);
  expect(disagreements(config, { ...limits, services: ['web', 'sip', 'rtp'] }, users)).toEqual([]);
});

describe('check-config', () => {
  test('finds what would keep the server from starting, and changes nothing', async () => {
    const file = prepared('firewall: { kind: dry-run, services: [web] }');
    init({ config: file });
    expect(await checkConfig(file)).toContain(`ok     ${file} and the files it names`);
    const database = join(folder, 'var/dialgate.db');
    for (const beside of ['-wal', '-shm']) rmSync(database + beside, { force: true });
    writeFileSync(database, 'garbage, and enough of it to be looked at as a database would be');
    const before = readFileSync(database);
    await expect(checkConfig(file)).rejects.toThrow(/not an SQLite database/);
    expect(readFileSync(database)).toEqual(before);
  });
});

test.skipIf(process.getuid?.() !== 0)(
  'check-config tells which way of fitting the firewall was chosen, or why that cannot be told',
  async () => {
    const file = prepared(`firewall: { kind: helper, socket: ${join(folder, 'none.sock')} }`);
    init({ config: file });
    const helper = join(folder, 'helper.json');
    expect(await checkConfig(file)).toContain(
      "ok     helper.json chooses the guard, dialgate's own table, for sip, rtp, web.",
    );
    writeFileSync(helper, '{', { mode: 0o644 });
    const told = (await checkConfig(file)).join('\n');
    expect(told).toMatch(/^warn {3}.*helper\.json: It is not JSON/m);
    rmSync(helper);
    expect((await checkConfig(file)).join('\n')).not.toMatch(/helper\.json/);
  },
);

describe('the key file', () => {
  const write = (text: string, mode: number): string => {
    const file = join(folder, 'secret.key');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  test('that others can read is refused, with the mend', () => {
    expect(() => readKey(write('00'.repeat(32), 0o644))).toThrow(/chmod o=/);
  });

  test.each(['', '00', 'zz'.repeat(32)])('that holds %j is damaged', (text) => {
    expect(() => readKey(write(text, 0o600))).toThrow(/damaged/);
  });

  test('that is missing is said to be', () => {
    expect(() => readKey(join(folder, 'none'))).toThrow(/is missing.*dialgate init/);
  });
});
