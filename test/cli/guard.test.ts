import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import {
  HelperProcess,
  helperUid,
  makeHome,
  usualLimits,
  type HelperHome,
} from '../helper/process.ts';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

/** The commands against a real helper, whose namespace nobody can connect to. */
describe.skipIf(whyNoNamespaces() !== undefined)('dialgate guard', () => {
  let space: Namespace;
  let home: HelperHome;
  let helper: HelperProcess;

  const guard = (...words: string[]): Promise<number> =>
    dialgate('guard', '--socket', home.adminSocket, ...words);
  const text = (): string => printed().splice(0).join('\n');
  const armed = (): string => space.run('nft', 'list', 'set', 'inet', 'dialgate', 'armed');

  beforeEach(async () => {
    space = makeNamespace();
    home = await makeHome({ ...usualLimits, armed: false });
    helper = await HelperProcess.start(space, home);
  });

  afterEach(async () => {
    await helper.end();
    space.remove();
    home.remove();
  });

  it('plans in words first, then prints the ruleset that nft takes', async () => {
    expect(await guard('plan')).toBe(0);
    const [words = '', ruleset = ''] = text().split('\nThe ruleset, as nft is given it:\n');
    expect(words.split('\n').slice(0, 5)).toEqual([
      'The guard is off: nobody is turned away.',
      '',
      'Strangers would be turned away from these ports, without an answer:',
      '  web: tcp/80, tcp/8000-8010',
      '  sip: udp/5060-5061',
    ]);
    expect(words).toMatch(/always pass.*:\n {2}198\.51\.100\.0\/24\n {2}2001:db8::\/32\n/);
    expect(words).toMatch(/Let in besides now: 0 addresses by grants, 0 standing entries\./);
    expect(words).toMatch(/No TCP connection that is established now would be cut\./);
    const other = makeNamespace();
    try {
      other.run('sh', '-c', `nft -f - <<'END'\n${ruleset}\nEND`);
      expect(other.run('nft', 'list', 'set', 'inet', 'dialgate', 'armed')).toContain(
        '{ tcp, udp }',
      );
    } finally {
      other.remove();
    }
    expect(await guard('plan', '--json')).toBe(0);
    expect(json()).toMatchObject({ summary: expect.any(Array), ruleset: expect.any(String) });
  });

  it('tries, confirms, disables, and says each time how it stands', async () => {
    expect(await guard('status')).toBe(0);
    expect(text()).toBe('guard      off: nobody is turned away\nconfirmed  never on this host');
    expect(await guard('enable', '--test', '90s')).toBe(0);
    expect(text()).toMatch(
      /on trial: off again in 1 min unless confirmed[^]*ANOTHER window[^]*dialgate guard confirm/,
    );
    expect(armed()).toMatch(/tcp timeout 1m\d+s/);
    expect(await guard('enable', '--test')).toBe(1);
    expect(complaints()).toMatch(/on trial already/);
    expect(await guard('confirm')).toBe(0);
    expect(text()).toMatch(/on: strangers are turned away\nconfirmed {2}a trial was confirmed/);
    expect(armed()).toContain('{ tcp, udp }');
    expect(await guard('disable')).toBe(0);
    expect(armed()).not.toContain('elements');
    expect(await guard('enable')).toBe(0); // it was confirmed once
    expect(armed()).toContain('{ tcp, udp }');
  });

  it('refuses to cut who asks, and to be on untried, unless told to', async () => {
    here().connection = { address: '203.0.113.9', port: 8000 };
    expect(await guard('enable', '--test', '3m')).toBe(1);
    expect(complaints()).toMatch(
      /would cut your own connection: from 203\.0\.113\.9 to port 8000 \(web\)\. Trust .*--force/,
    );
    here().connection = { address: '203.0.113.9', port: 22 };
    expect(await guard('enable')).toBe(1);
    expect(complaints()).toMatch(/--test 3m.*--yes/);
    expect(armed()).not.toContain('elements');
    here().connection = { address: 'fe80::9%eth0', port: 8000 };
    expect(await guard('enable', '--yes', '--force')).toBe(0);
    expect(armed()).toContain('{ tcp, udp }');
  });

  it('shows what a restore would do, does it when told, and resumes only what is contested', async () => {
    expect(await guard('restore')).toBe(1);
    expect(await guard('enable', '--yes')).toBe(0);
    space.run('nft', 'add', 'table', 'ip', 'later');
    space.run('nft', 'add', 'chain', 'ip', 'later', 'one');
    text();
    expect(await guard('restore')).toBe(0);
    expect(text()).toMatch(
      /table ip later:\n- table ip later \{\n- {3}chain one \{\n- {3}\}\n- \}\nNothing was done/,
    );
    expect(await guard('restore', '--yes')).toBe(0);
    expect(text()).toMatch(/The guard is taken away/);
    expect(space.run('nft', 'list', 'tables')).toBe('');
    expect(await guard('resume')).toBe(1);
    expect(complaints()).toMatch(/nothing to resume/);
  });

  it('ends with status 1 while it is contested', async () => {
    expect(await guard('enable', '--yes')).toBe(0);
    for (let round = 0; round < 4; round++) {
      const said = helper.errors.length;
      space.run('nft', 'delete', 'table', 'inet', 'dialgate');
      await helper.says(round < 3 ? 'guard-built' : 'guard-contested', said);
      await sleep(250);
    }
    text();
    expect(await guard('status')).toBe(1);
    expect(text()).toMatch(
      /left alone; wanted is on\n[^]*again and again[^]*dialgate guard resume/,
    );
    expect(await guard('resume')).toBe(0);
    expect(text()).toMatch(/on: strangers are turned away/);
    expect(armed()).toContain('{ tcp, udp }');
  });

  it('tells others than root, and whoever finds nobody there, what to do', async () => {
    process.seteuid?.(helperUid + 1);
    try {
      expect(await guard('disable')).toBe(1);
    } finally {
      process.seteuid?.(0);
    }
    expect(complaints()).toMatch(/Only root may see to the guard: run this as root/);
    await helper.end('SIGKILL');
    expect(await guard('status')).toBe(1);
    expect(complaints()).toMatch(/did not answer at .*see whether dialgate-helper runs/);
    expect(complaints()).not.toContain('nft delete table');
    expect(await guard('disable')).toBe(1);
    expect(complaints()).toContain('"nft delete table inet dialgate" disarms the guard');
    expect(await guard('enable', '--test', '2h')).toBe(2);
  });
});
