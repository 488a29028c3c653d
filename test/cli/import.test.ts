import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

/** Writes files of a host, by their paths under its root; returns the root. */
function host(files: Readonly<Record<string, string>>): string {
  const root = join(here().folder, 'host');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const incredible = {
  'etc/iptables/rules.v4': [
    '*filter',
    '# Wholesale Voice',
    '-A INPUT -s sip.example.net -j ACCEPT',
    '# End of Trusted Provider Section',
    '# // New entry for mira.iptables',
    '-A INPUT -s 203.0.113.7/32 -p udp -m udp --dport 5060:5069 -j ACCEPT',
    '# // End entry for mira.iptables',
    'COMMIT',
    '',
  ].join('\n'),
  'root/mira.iptables': '203.0.113.7 203.0.113.7\n',
  'root/otto.iptables': '1.1.1.1 1.1.1.1\n',
  'usr/local/sbin/iptables-custom':
    'iptables -A INPUT -s 198.51.100.0/24 -j ACCEPT\nrm -rf /tmp/x\n',
};
const labels = async (): Promise<string[]> =>
  (await here().stores.entries.all()).map(({ label }) => label).sort();

describe('dialgate import travelin-man', () => {
  it('shows the plan and changes nothing', async () => {
    const root = host(incredible);
    expect(await dialgate('import', 'travelin-man', root)).toBe(0);
    const text = printed().join('\n');
    expect(text).toMatch(/^To be added: 3 entries\.$/m);
    expect(text).toMatch(/^mira +203\.0\.113\.7 +sip +no end +Travelin.* account .*rules\.v4:6$/m);
    expect(text).toMatch(
      /^sip\.example\.net +sip\.example\.net +web sip +no end +trusted provider: Wholesale Voice/m,
    );
    expect(text).toMatch(/otto\.iptables:1 {2}the name was never resolved/);
    expect(text).toMatch(/iptables-custom {2}1 × lines that are no rules/);
    expect(text).toMatch(/Nothing is changed\. Add --apply to do so\.$/);
    expect(await labels()).toEqual([]);
  });

  it('applied twice changes nothing the second time', async () => {
    const root = host(incredible);
    expect(await dialgate('import', 'travelin-man', root, '--apply')).toBe(0);
    expect(printed().at(-1)).toBe('Added: 3 entries.');
    const stored = await here().stores.entries.all();
    expect(await labels()).toEqual(['198.51.100.0-24', 'mira', 'sip.example.net']);
    expect(stored.every(({ source }) => source === 'import:travelin-man')).toBe(true);
    expect(await dialgate('import', 'travelin-man', root, '--apply')).toBe(0);
    expect(printed().join('\n')).toMatch(/There already: 3 entries\.[^]*Added: 0 entries\.$/);
    expect(await here().stores.entries.all()).toEqual(stored);
  });

  it('gives those who had every port the services that are named', async () => {
    const root = host(incredible);
    await dialgate('import', 'travelin-man', root, '--services', 'web', '--apply', '--json');
    expect(json()).toMatchObject({ result: { added: 3, failed: [], untried: 0 } });
    const entries = await here().stores.entries.all();
    expect(entries.map(({ label, services }) => `${label} ${services.join()}`).sort()).toEqual([
      '198.51.100.0-24 web',
      'mira sip',
      'sip.example.net web',
    ]);
    expect(await dialgate('import', 'travelin-man', root, '--services', 'fax')).toBe(1);
    expect(complaints()).toMatch(/There is no service fax; there is web, sip\./);
  });

  it('one that the gate refuses costs no other', async () => {
    const root = host({
      'iptables-custom':
        'iptables -A INPUT -s 10.0.0.0/8 -j ACCEPT\niptables -A INPUT -s 203.0.113.9 -j ACCEPT\n',
    });
    expect(await dialgate('import', 'travelin-man', root, '--apply')).toBe(1);
    expect(printed().at(-1)).toMatch(/^Added: 1 entry\.\n10\.0\.0\.0-8 was not added: .*\/16/s);
    expect(await labels()).toEqual(['203.0.113.9']);
  });

  it('says where it looked when there is nothing, and hangs on no pipe', async () => {
    const root = host({ 'readme.txt': 'x' });
    expect(await dialgate('import', 'travelin-man', root)).toBe(1);
    expect(complaints()).toMatch(/There is no whitelist in .*: name the files themselves/);
    execFileSync('mkfifo', [join(root, 'rules.v4')]);
    expect(await dialgate('import', 'travelin-man', join(root, 'rules.v4'))).toBe(1);
    expect(complaints()).toMatch(/rules\.v4 cannot be read \(it is not a file\)/);
    expect(await dialgate('import', 'travelin-man', join(root, 'none'))).toBe(1);
    expect(complaints()).toMatch(/none cannot be read \(ENOENT\)/);
    symlinkSync('rules.v6', join(root, 'rules.v6'));
    expect(await dialgate('import', 'travelin-man', root)).toBe(1);
    expect(complaints()).toMatch(/rules\.v6 cannot be read \(ELOOP\)/);
  });
});

describe('dialgate import list', () => {
  it('takes CSV with services, end and note', async () => {
    const aYearOn = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
    const rows = [
      'label,target,services,until,note',
      `anna,Host.Example.NET,web,${aYearOn},"a ""note"" "`,
      'bad,300.1.1.1,,,',
    ];
    const root = host({ 'x.csv': rows.join('\r\n') });
    expect(await dialgate('import', 'list', join(root, 'x.csv'), '--apply')).toBe(0);
    expect(printed().join('\n')).toMatch(/x\.csv:3 {2}300\.1\.1\.1 is no address/);
    expect(await here().stores.entries.byLabel('anna')).toMatchObject({
      target: { kind: 'name', name: 'host.example.net' },
      services: ['web'],
      expiresAt: Date.parse(aYearOn) + 86_400_000,
      note: 'a "note"',
      source: 'import:list',
    });
  });

  it('prints no control character of the file', async () => {
    const root = host({ x: '203.0.113.7\u001b[2J\n"\u202e"\n' });
    await dialgate('import', 'list', join(root, 'x'));
    expect(printed().join('').replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(printed().join('')).toMatch(/the line has control characters in it/);
  });
});
