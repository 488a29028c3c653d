import { describe, expect, it } from 'vitest';
import { targetText } from '../../src/domain/entry.ts';
import { readList } from '../../src/import/list/list.ts';
import { planFor, type Plan, type Site } from '../../src/import/plan.ts';
import type { Reading } from '../../src/import/reading.ts';
import { readTravelinMan } from '../../src/import/travelin-man/travelin-man.ts';
import { file, lines } from './files.ts';

const site: Site = {
  services: [
    { name: 'sip', ports: ['udp/5060', 'tcp/5060-5061'] },
    { name: 'web', ports: ['tcp/80', 'tcp/443'] },
    { name: 'ssh', ports: ['tcp/22'] },
  ],
  existing: [],
  now: Date.UTC(2026, 0, 1),
};
const custom = (...rows: string[]): Reading =>
  readTravelinMan([file('custom', lines(...rows.map((r) => `iptables -A INPUT ${r} -j ACCEPT`)))], {
    knocks: false,
  });
const list = (...rows: string[]): Reading => readList(file('list', lines(...rows)));
const short = ({ entries }: Plan): string[] =>
  entries.map(
    ({ label, target, services }) => `${label} ${targetText(target)} ${services.join(',')}`,
  );
const after = (plan: Plan): Site => ({
  ...site,
  existing: plan.entries.map(({ label, target }) => ({ label, target: targetText(target) })),
});

describe('ports become services', () => {
  it('those of which any port was open; who had every port has every service', () => {
    const reading = custom(
      '-s 203.0.113.7',
      '-s 203.0.113.8 -p udp --dport 5060:5069',
      '-s 203.0.113.9 -p tcp',
    );
    expect(short(planFor(reading, site))).toEqual([
      '203.0.113.7 203.0.113.7 sip,web,ssh',
      '203.0.113.8 203.0.113.8 sip',
      '203.0.113.9 203.0.113.9 sip,web,ssh',
    ]);
    expect(short(planFor(reading, { ...site, whole: ['sip'] }))[0]).toBe(
      '203.0.113.7 203.0.113.7 sip',
    );
  });

  it('ports of no service are said, and alone are skipped', () => {
    const reading = custom(
      '-s 203.0.113.7 -p tcp --dports 80,9080',
      '-s 203.0.113.8 -p tcp --dport 9001',
    );
    const plan = planFor(reading, site);
    expect(plan.entries[0]).toMatchObject({
      services: ['web'],
      remarks: ['no service here has tcp/9080'],
    });
    expect(plan.skipped).toMatchObject([
      { text: '203.0.113.8', why: 'no service here has tcp/9001' },
    ]);
  });

  it('without known ports the services must be named', () => {
    const names = { ...site, services: [{ name: 'sip', ports: null }] };
    const reading = custom('-s 203.0.113.8 -p tcp --dport 22');
    expect(planFor(reading, names).skipped[0]?.why).toMatch(/name them with --services/);
    expect(short(planFor(reading, { ...names, whole: ['sip'] }))).toEqual([
      '203.0.113.8 203.0.113.8 sip',
    ]);
  });

  it('a service that a list names and nobody knows is skipped', () => {
    expect(planFor(list('target,services', '203.0.113.7,fax'), site).skipped[0]?.why).toBe(
      'there is no service fax here; there is sip, web, ssh',
    );
  });
});

it('a line that names no services has the usual ones, unless others are given for it', () => {
  const reading = list('target,services', '203.0.113.7,', '203.0.113.8,web');
  expect(planFor(reading, site).entries.map(({ services }) => services)).toEqual([[], ['web']]);
  const given = planFor(reading, { ...site, whole: ['sip'] });
  expect(given.entries.map(({ services }) => services)).toEqual([['sip'], ['web']]);
});

describe('labels', () => {
  it('are made of the target where there is none, each once', () => {
    const plan = planFor(
      list('203.0.113.0/24', '2001:db8::7', 'host.example.net', '203.0.113.0/24'),
      site,
    );
    expect(short(plan).map((row) => row.split(' ')[0])).toEqual([
      '203.0.113.0-24',
      '2001-db8-7',
      'host.example.net',
    ]);
    expect(plan.skipped[0]?.why).toBe('it is in the plan already, as 203.0.113.0-24');
  });

  it('of an account with several targets are numbered', () => {
    const block = file(
      'rules.v4',
      lines(
        '# // New entry for mi ra.iptables',
        '# // New entry for mira.iptables',
        '-A INPUT -s 203.0.113.7 -j ACCEPT',
        '-A INPUT -s 203.0.113.8 -j ACCEPT',
      ),
    );
    const reading = readTravelinMan([block], { knocks: false });
    const plan = planFor(reading, site);
    expect(short(plan).map((row) => row.split(' ').slice(0, 2).join(' '))).toEqual([
      'mira 203.0.113.7',
      'mira-2 203.0.113.8',
    ]);
    expect(planFor(reading, after(plan))).toMatchObject({ entries: [], skipped: [] });
  });

  it('that stand for something else are not taken from it', () => {
    const existing = [{ label: 'mira', target: '198.51.100.1' }];
    const plan = planFor(list('label,target', 'mira,203.0.113.7'), { ...site, existing });
    expect(plan.entries).toEqual([]);
    expect(plan.skipped[0]?.why).toMatch(/there is an entry mira already, for 198.51.100.1/);
  });
});

it('what was applied is there already the second time, also under another label', () => {
  const reading = list('203.0.113.7', 'host.example.net', 'target.example.net');
  const plan = planFor(reading, site);
  const again = planFor(reading, after(plan));
  expect([again.entries, again.skipped]).toEqual([[], []]);
  expect(again.present.map(({ label }) => label)).toEqual(plan.entries.map(({ label }) => label));
  const existing = [{ label: 'renamed', target: '203.0.113.7' }];
  expect(planFor(reading, { ...site, existing }).present).toMatchObject([{ label: 'renamed' }]);
});

it('a date that has passed is skipped', () => {
  const plan = planFor(
    list('target,until', '203.0.113.7,2025-12-30', '203.0.113.8,2026-06-01'),
    site,
  );
  expect(plan.skipped[0]?.why).toBe('its date has passed');
  expect(plan.entries[0]?.until).toBe(Date.UTC(2026, 5, 2));
});

it('100,000 under one label end, bounded', () => {
  const rows = Array.from(
    { length: 100_000 },
    (_, n) => `mira,10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
  );
  const text = ['label,target', ...rows].join('\n');
  const plan = planFor(readList(file('list', text)), site);
  expect(plan.entries).toHaveLength(99);
  expect(plan.skipped).toHaveLength(99_901);
});
