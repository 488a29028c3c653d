import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findNft, loadConfig } from '../../src/helper/config/config-file.ts';
import { catalogue } from '../../src/helper/config/catalogue.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import { detailsOf } from '../../src/helper/config/services.ts';
import { outermost, parseCidr } from '../../src/helper/config/cidr.ts';

const good = {
  socket: '/run/dialgate/helper.sock',
  services: { ssh: ['tcp/22'], sip: ['udp/5060-5061', 'tcp/5060-5061'] },
  longest: 3600,
  mostAddresses: 100,
};
const withKeys = (keys: object): string => JSON.stringify({ ...good, ...keys });

describe('readConfig', () => {
  it('fills in what may be left out', () => {
    const config = readConfig(JSON.stringify(good));
    expect(config).toMatchObject({ table: 'dialgate', trusted: [], socketGroup: undefined });
    expect(config.networks).toBe(false);
    expect(readConfig(withKeys({ networks: true })).networks).toBe(true);
    expect(config).toMatchObject({
      adminSocket: '/run/dialgate/guard.sock',
      state: '/var/lib/dialgate-helper',
      armed: false,
    });
    expect(config.pairing).toEqual({ first: 49_152, last: 65_535 });
    expect(config.standing).toEqual({ most: 0, widest4: 16, widest6: 32 });
    expect(config.state).toBe('/var/lib/dialgate-helper');
    expect(config.nft[0]).toBe('/usr/sbin/nft');
  });

  it.each([
    [withKeys({ colour: 1 }), /no key "colour"; allowed are socket/],
    [withKeys({ socket: 'run/x' }), /socket: must be an absolute path/],
    [withKeys({ socket: `/${'a'.repeat(107)}` }), /socket: must be a path of at most 107 bytes/],
    [withKeys({ adminSocket: good.socket }), /adminSocket: must not be "socket" itself/],
    [withKeys({ adminSocket: 'x' }), /adminSocket: must be an absolute path/],
    [withKeys({ state: 'lib' }), /state: must be an absolute path/],
    [withKeys({ armed: 'on' }), /armed: must be true or false/],
    [withKeys({ socketGroup: 'a b' }), /socketGroup: must be a group name/],
    [withKeys({ table: 'x; flush ruleset' }), /table: must be a name/],
    [withKeys({ longest: 0 }), /longest: must be a whole number from 1/],
    [withKeys({ mostAddresses: 1e9 }), /mostAddresses: must be a whole number from 1 to 20000/],
    [withKeys({ networks: 'yes' }), /networks: must be true or false/],
    [withKeys({ services: {} }), /services: name 1 to 32/],
    [withKeys({ services: { SSH: ['tcp/22'] } }), /"SSH" is not a service name/],
    [withKeys({ services: { ssh: [] } }), /services.ssh: must be a list/],
    [withKeys({ services: { ssh: ['tcp/0'] } }), /services.ssh: "tcp\/0" is not a port/],
    [withKeys({ services: { ssh: ['tcp/9-8'] } }), /is not a port/],
    [withKeys({ services: { ssh: ['tcp/65536'] } }), /is not a port/],
    [
      withKeys({ services: { a: ['tcp/20-30'], b: ['udp/22', 'tcp/30-40'] } }),
      /tcp\/20-30 of a and tcp\/30-40 of b clash/,
    ],
    [withKeys({ trusted: ['198.51.100.1/24'] }), /trusted: "198.51.100.1\/24" is not a network/],
    [withKeys({ trusted: [7] }), /trusted: 7 is not a network/],
    [withKeys({ pairing: { first: 0, last: 9 } }), /pairing.first: must be a whole number from 1/],
    [withKeys({ pairing: { first: 9, last: 8 } }), /pairing.last: must be a whole number from 9/],
    [withKeys({ pairing: { first: 50_000 } }), /pairing.last: must be/],
    [withKeys({ pairing: { first: 1, last: 2, step: 3 } }), /pairing: there is no key "step"/],
    [
      withKeys({
        services: { rtp: ['udp/49152-64600'] },
        pairing: { first: 49_152, last: 65_535 },
      }),
      /only 935 belong to no service; at least 1024 must/,
    ],
    [withKeys({ standing: { most: 1e6 } }), /standing.most: must be a whole number from 0/],
    [withKeys({ standing: { widest4: 7 } }), /standing.widest4: must be a whole number from 8/],
    [withKeys({ standing: { widest6: 0 } }), /standing.widest6: must be a whole number from 16/],
    [withKeys({ standing: { least: 1 } }), /standing: there is no key "least"/],
    [withKeys({ nft: 'nft' }), /nft: must be a list/],
    ['{', /not JSON/],
    ['[]', /must be an object/],
  ])('refuses %s', (source, message) => {
    expect(() => readConfig(source)).toThrow(message);
  });

  describe('services of the catalogue', () => {
    const named = (services: unknown): Record<string, unknown> =>
      detailsOf(readConfig(withKeys({ services })).services);

    it('are named, in a list or beside services of one’s own', () => {
      expect(named(['sip', 'web'])).toEqual({
        sip: { ports: ['udp/5060', 'tcp/5060'], about: expect.stringContaining('SIP') },
        web: { ports: ['tcp/80', 'tcp/443'], about: expect.stringContaining('web') },
      });
      expect(named({ intercom: ['tcp/7000-7001'], iax: 'catalogue' })).toEqual({
        intercom: { ports: ['tcp/7000-7001'], about: null },
        iax: { ports: ['udp/4569'], about: expect.stringContaining('IAX2') },
      });
    });

    it.each([
      [['sip', 'fax'], /"fax" is not in the catalogue, which has sip, sip-tls/],
      [['sip', 7], /7 is not in the catalogue/],
      [['constructor'], /"constructor" is not in the catalogue/],
      [{ toString: 'catalogue' }, /"toString" is not a service name/],
      [['sip', 'sip'], /sip is listed twice/],
      [['sip', 'sip-wide'], /udp\/5060 of sip and udp\/5060-5069 of sip-wide clash/],
      [{ sip: 'catalogue', mine: ['udp/5060'] }, /udp\/5060 of sip and udp\/5060 of mine clash/],
      [[], /name 1 to 32/],
    ])('%j is refused', (services, message) => {
      expect(() => named(services)).toThrow(message);
    });

    it('go together, but for those that say instead of which they are', () => {
      const alike = (name: string): boolean => / instead of /.test(catalogue[name]?.about ?? '');
      const names = Object.keys(catalogue).filter((name) => !alike(name));
      expect(Object.keys(named(names))).toEqual(names);
      for (const name of Object.keys(catalogue).filter(alike)) {
        expect(() => named([...names, name])).toThrow(/clash/);
        expect(Object.keys(named([name]))).toEqual([name]);
      }
      for (const { about } of Object.values(catalogue)) expect(about.length).toBeLessThan(100);
    });
  });

  it('has its catalogue in the documentation', () => {
    const path = resolve(import.meta.dirname, '../../docs/configuration.md');
    const rows = readFileSync(path, 'utf8').replaceAll(/ +/g, ' ');
    for (const [name, { ports, about }] of Object.entries(catalogue)) {
      expect(rows).toContain(`| \`${name}\` | ${ports.join(' ')} | ${about} |`);
    }
  });

  it('takes the example that is shipped', () => {
    const path = resolve(import.meta.dirname, '../../deploy/helper.json.example');
    const folder = mkdtempSync(join(tmpdir(), 'dialgate-example-'));
    try {
      const copy = join(folder, 'helper.json');
      writeFileSync(copy, readFileSync(path, 'utf8'), { mode: 0o644 });
      expect(loadConfig(copy).services.length).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('networks', () => {
  it('reads both families and refuses host bits', () => {
    expect(parseCidr('2001:db8::/32')).toMatchObject({ family: 6, prefix: 32 });
    expect(parseCidr('::1')).toMatchObject({ first: 1n, prefix: 128 });
    expect(parseCidr('198.51.100.7')).toMatchObject({ family: 4, prefix: 32 });
    for (const text of [
      '2001:db8::1/32',
      'fe80::1%eth0',
      '::ffff:192.0.2.1',
      '1.2.3.4/33',
      '',
      '1.2.3.4/8/8',
    ]) {
      expect(parseCidr(text), text).toBeUndefined();
    }
  });

  it('keeps only the outermost, once', () => {
    const networks = ['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8', '2001:db8::/32', '2001:db8:1::/48']
      .map(parseCidr)
      .filter((network) => network !== undefined);
    expect(outermost(networks).map(({ text }) => text)).toEqual(['10.0.0.0/8', '2001:db8::/32']);
  });
});

describe.skipIf(process.getuid?.() !== 0)('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-config-'));
  const path = join(folder, 'helper.json');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('must belong to root and be written by root alone', () => {
    expect(() => loadConfig(path)).toThrow(/cannot be read \(ENOENT\): copy deploy/);
    writeFileSync(path, JSON.stringify(good), { mode: 0o644 });
    expect(loadConfig(path).longest).toBe(3600);
    for (const mode of [0o664, 0o646]) {
      chmodSync(path, mode);
      expect(() => loadConfig(path)).toThrow(/run "chmod go-w/);
    }
    chmodSync(path, 0o644);
    chownSync(path, 1234, 0);
    expect(() => loadConfig(path)).toThrow(/belongs to uid 1234, not to root: run "chown root/);
  });

  it('names the package when nft is missing', () => {
    const config = readConfig(withKeys({ nft: ['/nowhere/nft', '/elsewhere/nft'] }));
    expect(() => findNft(config)).toThrow(/not at .* or .*: install the package nftables/);
  });
});
