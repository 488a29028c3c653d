import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { examine, wayChosenIn, type DoctorParts } from '../../src/doctor/doctor.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { run, type Outcome } from '../../src/doctor/program.ts';
import { clockFinding, programFindings } from '../../src/doctor/programs.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-doctor-'));
  path = join(folder, 'helper.json');
  writeFileSync(
    path,
    JSON.stringify({ socket: '/run/x/s', services: ['sip', 'web'], longest: 60, mostAddresses: 9 }),
    { mode: 0o644 },
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const absent = async (): Promise<Outcome> => ({ kind: 'absent' });
const limits = { services: ['sip', 'web'], longest: 60, mostAddresses: 9, networks: false };
const well: Omit<DoctorParts, 'helperConfig'> = {
  run: absent,
  configFault: undefined,
  dryRun: false,
  helper: async () => limits,
  app: async () => ({ unwell: [], failingNames: [], refusedEntries: [] }),
};
const look = (changes: Partial<DoctorParts> = {}): Promise<Finding[]> =>
  examine({ ...well, helperConfig: path, ...changes });
const told = (findings: readonly Finding[], level: Finding['level']): string =>
  findings
    .filter((one) => one.level === level)
    .map(({ what }) => what)
    .join('\n');

describe.skipIf(process.getuid?.() !== 0)('on a host', () => {
  it('where nothing is installed, every absence is a finding with a mend', async () => {
    const findings = await look();
    expect(told(findings, 'bad')).toBe(
      'nft is not installed: the helper cannot work.\nespeak-ng is not installed: calls cannot be spoken to.',
    );
    for (const { level, mend } of findings) expect(level === 'ok' || mend !== null).toBe(true);
  });

  it('where the firewall cannot be looked at, it does not say that any way fits', async () => {
    const findings = await look({ run: async () => ({ kind: 'failed', why: 'not permitted' }) });
    expect(told(findings, 'ok')).not.toMatch(/fits/);
    expect(told(findings, 'warn')).toMatch(/Which way fits this host cannot be told/);
  });

  it('of many entries that are not taken, it names some and counts the others', async () => {
    const refusedEntries = Array.from({ length: 500 }, (_, n) => ({ label: `e${n}`, why: 'full' }));
    const findings = await look({
      app: async () => ({ unwell: [], failingNames: [], refusedEntries }),
    });
    expect(told(findings, 'warn').match(/does not take the entry/g)).toHaveLength(10);
    expect(told(findings, 'warn')).toContain('And so it is with 490 more entries.');
  });

  it('where nobody runs, it says so', async () => {
    const away = async (): Promise<never> => {
      throw new Error('Nobody answers.');
    };
    const findings = await look({ helper: away, app: away });
    expect(told(findings, 'bad')).toMatch(/dialgate-helper cannot be reached: Nobody answers\./);
    expect(told(findings, 'warn')).toMatch(/dialgate serve cannot be reached: Nobody answers\./);
  });

  it('with a wrong configuration it goes on with the rest', async () => {
    writeFileSync(path, '{');
    const findings = await look({ configFault: 'Line 3 is wrong.' });
    expect(told(findings, 'bad')).toMatch(/Line 3 is wrong\./);
    expect(told(findings, 'bad')).toMatch(/helper's configuration cannot be used\. .*not JSON/);
    expect(told(findings, 'ok')).toMatch(/dialgate serve answers/);
    expect(findings.map(({ mend }) => mend)).toContainEqual(
      expect.stringMatching(/judged as if the guard were chosen for sip, sip-tls, rtp, web/),
    );
    expect(wayChosenIn(path).level).toBe('bad');
  });

  it('names that are not answered, parts that are not well, a helper that must be restarted', async () => {
    const failing = {
      label: 'mira',
      name: 'host.example.net',
      since: '2026-01-01',
      why: 'no such name',
    };
    const findings = await look({
      helper: async () => ({ ...limits, services: ['sip'], warnings: ['There is no table.'] }),
      app: async () => ({
        unwell: [{ part: 'asterisk', why: 'away' }],
        failingNames: [failing],
        refusedEntries: [{ label: 'wide', why: 'It is too wide.' }],
      }),
    });
    expect(told(findings, 'bad')).toMatch(/asterisk is not well: away/);
    expect(told(findings, 'bad')).toMatch(/dialgate-helper says: There is no table\./);
    expect(told(findings, 'warn')).toMatch(/does not take the entry wide: It is too wide\./);
    expect(told(findings, 'warn')).toMatch(/knows sip, not sip, web as helper.json has it/);
    expect(told(findings, 'warn')).toMatch(
      /mira: host.example.net has not been answered since 2026-01-01 \(no such name\)/,
    );
  });

  it('which way was chosen is told', () => {
    expect(wayChosenIn(path)).toEqual({
      level: 'ok',
      what: "helper.json chooses the guard, dialgate's own table, for sip, web.",
      mend: null,
    });
  });
});

describe('programs', () => {
  it('one that hangs is given up, one that fails is told, one that is absent too', async () => {
    expect(await run('no-such-program')).toEqual({ kind: 'absent' });
    expect(await run('sh', '-c', 'echo broken >&2; exit 3')).toEqual({
      kind: 'failed',
      why: 'broken',
    });
    expect(await run('echo', 'hello')).toEqual({ kind: 'done', output: 'hello\n' });
    const began = Date.now();
    expect(await run('sleep', '60')).toEqual({ kind: 'failed', why: 'it did not end in 10 s' });
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  it('what is needed depends on the way', async () => {
    const names = async (kind: 'guard' | 'ipset'): Promise<string[]> =>
      (await programFindings(absent, kind)).map(
        ({ level, what }) => `${level} ${what.split(' ')[0]}`,
      );
    expect(await names('guard')).toEqual(['bad nft', 'note conntrack', 'bad espeak-ng']);
    expect(await names('ipset')).toEqual([
      'note nft',
      'warn conntrack',
      'bad espeak-ng',
      'bad ipset',
    ]);
  });
});

test.each([
  ['yes\n', undefined, 'ok'],
  ['no\n', undefined, 'warn'],
  [undefined, 'Leap status     : Normal\n', 'ok'],
  [undefined, 'Leap status     : Not synchronised\n', 'note'],
  [undefined, undefined, 'note'],
])('the clock: timedatectl says %j, chrony %j', async (systemd, chrony, level) => {
  const finding = await clockFinding(async (program) => {
    const output = program === 'timedatectl' ? systemd : chrony;
    return output === undefined ? { kind: 'absent' } : { kind: 'done', output };
  });
  expect(finding.level).toBe(level);
});
