import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import type { Entry, Resolution } from '../../src/domain/entry.ts';
import { answer } from '../fakes/names.ts';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

const entry = async (label: string): Promise<Entry> =>
  (await here().stores.entries.byLabel(label))!;
const meaning = async (label: string, resolution: Partial<Resolution>): Promise<void> =>
  here().stores.entries.resolved(
    (await entry(label)).id,
    {
      addresses: ['203.0.113.7'] as Address[],
      resolvedAt: Date.now(),
      changedAt: Date.now(),
      failingSince: null,
      failure: null,
      unanswered: [],
      ...resolution,
    },
    undefined,
  );
/** What a server says of itself. */
const running = {
  inProgress: 0,
  refused: { 'too-many-calls': 0, 'too-many-from-caller': 0, 'too-often': 0, flood: 0, brake: 0 },
  braking: false,
  failures: 0,
};

beforeEach(() => {
  here().admission = running;
});

const lines = (): string[] => (printed().at(-1) ?? '').split('\n');

describe('an entry', () => {
  it('is added, shown, changed and removed', async () => {
    expect(await dialgate('host', 'add', 'office', '198.51.100.0/24', '--service', 'sip')).toBe(0);
    expect(printed().at(-1)).toBe('office: 198.51.100.0/24 is let in.');
    await dialgate('host', 'change', 'office', '--no-service', '--note', 'moved', '--for', '7d');
    const { expiresAt, services } = await entry('office');
    expect(services).toEqual([]);
    expect(Math.abs((expiresAt ?? 0) - Date.now() - 7 * 86_400_000)).toBeLessThan(60_000);
    expect(lines()).toContain('note      moved');
    expect(lines()).toContain('network   198.51.100.0/24');
    await dialgate('host', 'change', 'office', '--no-end', '--json');
    expect(json()).toMatchObject({ expiresAt: null, note: 'moved' });
    await dialgate('host', 'show', 'office');
    expect(lines()).toContain('until     (no end)');
    expect(lines().at(-1)).toBe('state     well');
    expect(await dialgate('host', 'remove', 'office')).toBe(0);
    expect(printed().at(-1)).toBe('office: 198.51.100.0/24 is let in no more.');
    expect(await dialgate('host', 'show', 'office')).toBe(1);
    expect(complaints()).toContain('no entry labelled office');
  });

  it('says so when the gate does not follow at once, and why', async () => {
    here().helper = { ok: false, why: 'It is not running.\u001b[2J' };
    await dialgate('host', 'add', 'office', '203.0.113.7');
    expect(printed()).toEqual([
      'office: 203.0.113.7 is to be let in.',
      'The gate follows when the helper answers: It is not running.\uFFFD[2J',
    ]);
    here().admission = undefined;
    await dialgate('host', 'remove', 'office');
    expect(printed().slice(2)).toEqual([
      'office: 203.0.113.7 is to be let in no more.',
      'No server runs: the gate follows when "dialgate serve" does.',
    ]);
  });

  it('that is a name is shown with what it means and is called', async () => {
    here().names.answers.set('edge.example.net', answer(['203.0.113.7']));
    await dialgate('host', 'add', 'carrier', 'sip.example.net');
    expect(printed().slice(-2)).toEqual([
      'carrier: sip.example.net is let in.',
      'What it means is looked up now: dialgate host show carrier',
    ]);
    await dialgate('host', 'show', 'carrier');
    expect(lines()).toContain('means now  nothing');
    expect(lines().at(-1)).toBe('state      not looked up yet');
    const since = Date.now() - 3 * 3600_000;
    await meaning('carrier', { failingSince: since, failure: 'there is no such name' });
    await dialgate('host', 'show', 'carrier');
    expect(lines()).toContain('means now  203.0.113.7');
    expect(lines()).toContain('called     203.0.113.7 edge.example.net');
    expect(lines().at(-1)).toBe('state      failing for 3 h 00 min: there is no such name');
  });

  test.each([
    [['2026-12-31'], new Date(2027, 0, 1).getTime()],
    [['2026-12-31T18:00:00Z'], Date.UTC(2026, 11, 31, 18)],
    [['2026-12-31T18:00:00+02:00'], Date.UTC(2026, 11, 31, 16)],
  ])('lasts until %s', async ([date = ''], end) => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
    expect(await dialgate('host', 'add', 'office', '203.0.113.7', '--until', date)).toBe(0);
    expect((await entry('office')).expiresAt).toBe(end);
  });
  afterEach(() => void vi.useRealTimers());

  test.each([
    [['add', 'office'], 2, /give a label and a target/],
    [['add', 'office', '203.0.113'], 1, /must be a host/],
    [
      ['add', 'office', '203.0.113.7/24'],
      1,
      /must be 203\.0\.113\.0\/24 for the network, or 203\.0\.113\.7 for/,
    ],
    [
      ['add', 'office', '2001:DB8::7/32'],
      1,
      /must be 2001:db8::\/32 for the network, or 2001:db8::7 for/,
    ],
    [['add', 'office', '0.0.0.0/0'], 1, /everybody/],
    [['add', 'office', '203.0.113.7', '--bogus'], 2, /unknown option.*\n.*add --help/],
    [['add', 'office', '203.0.113.7', '--until', '2026-02-30'], 2, /A date is written/],
    [['add', 'office', '203.0.113.7', '--until', 'soon'], 2, /A date is written/],
    [['add', 'office', '203.0.113.7', '--until', '2020-01-01'], 1, /future/],
    [['add', 'office', '203.0.113.7', '--for', 'ever'], 2, /A duration is written/],
    [['add', 'o', '203.0.113.7', '--for', '1d', '--until', '2099-01-01'], 2, /one of --until/],
    [['add', 'office', '203.0.113.7', '--service', 'Web!'], 2, /A service is named/],
    [['add', 'office', '203.0.113.7', '--note', 'x'.repeat(201)], 2, /A note has/],
    [['change', 'office'], 2, /nothing is named/],
    [['change', 'office', '--note', 'x'], 1, /no entry labelled office/],
    [['list', '--stale', 'old'], 2, /A duration is written/],
  ])('%j ends with %d and says why', async (words, status, why) => {
    expect(await dialgate('host', ...words)).toBe(status);
    expect(complaints()).toMatch(why);
    expect(await here().stores.entries.count()).toBe(0);
  });
});

describe('the list', () => {
  beforeEach(async () => {
    await dialgate('host', 'add', 'office', '203.0.113.7', '--service', 'sip', 'web');
    await dialgate('host', 'add', 'carrier', 'sip.example.net');
    await dialgate('host', 'add', 'trunk', 'trunk.example.net');
  });

  it('shows what each name means now, its age and its state', async () => {
    const many = Array.from({ length: 5 }, (_, n) => `198.51.100.${n}`) as Address[];
    await meaning('carrier', { addresses: many });
    await meaning('trunk', { failure: 'left out 10.0.0.1 (private)' });
    await dialgate('host', 'list');
    expect(lines().map((line) => line.split(/ {2,}/))).toEqual([
      ['LABEL', 'TARGET', 'MEANS NOW', 'SERVICES', 'UNTIL', 'AGE', 'STATE'],
      ['office', '203.0.113.7', '203.0.113.7', 'sip web', '-', '0 s', 'well'],
      [
        'carrier',
        'sip.example.net',
        '198.51.100.0 198.51.100.1 198.51.100.2 +2',
        '(usual)',
        '-',
        '0 s',
        'well',
      ],
      [
        'trunk',
        'trunk.example.net',
        '203.0.113.7',
        '(usual)',
        '-',
        '0 s',
        'left out 10.0.0.1 (private)',
      ],
    ]);
    await dialgate('host', 'list', '--json');
    expect(json()).toMatchObject([{ label: 'office' }, { label: 'carrier' }, { label: 'trunk' }]);
  });

  it('shows what addresses are called, when that is asked for', async () => {
    here().names.answers.set('edge.example.net', answer(['203.0.113.7']));
    await dialgate('host', 'list', '--reverse');
    expect(lines()[0]).toMatch(/AGE +CALLED +STATE/);
    expect(lines()[1]).toMatch(/0 s +edge\.example\.net +well/);
    expect(lines()[2]).toMatch(/0 s +- +not looked up yet/);
  });

  it('is of the stale alone, when that is asked for', async () => {
    await meaning('carrier', {});
    await meaning('trunk', { failingSince: Date.now() - 1000, failure: 'nobody answers' });
    const stale = async (...age: string[]): Promise<string[]> => {
      await dialgate('host', 'list', '--stale', ...age, '--json');
      return json().map(({ label }: { label: string }) => label);
    };
    expect(await stale()).toEqual(['trunk']);
    vi.useFakeTimers({ now: Date.now() + 366 * 86_400_000, toFake: ['Date'] });
    expect(await stale()).toEqual(['office', 'carrier', 'trunk']);
    expect(await stale('400d')).toEqual(['trunk']);
    await dialgate('host', 'change', 'office', '--for', '1d');
    await dialgate('host', 'change', 'carrier', '--for', '1d');
    await dialgate('host', 'remove', 'trunk');
    await dialgate('host', 'list', '--stale');
    expect(printed().at(-1)).toBe('No entry is stale.');
  });
  afterEach(() => void vi.useRealTimers());

  it('has every page of them', async () => {
    const { stores } = here();
    const [one] = await stores.entries.all();
    for (let n = 0; n < 600; n++) {
      const another = { ...one!, label: `n${n}` };
      await stores.entries.add(another, { at: 0, actor: 'system', kind: 'entry-added' });
    }
    await dialgate('host', 'list', '--json');
    const labels = json().map(({ label }: { label: string }) => label);
    expect([labels.length, labels[0], labels.at(-1)]).toEqual([603, 'office', 'n599']);
  });
});

it('says so when there is none', async () => {
  await dialgate('host', 'list');
  expect(printed().at(-1)).toContain('There is no standing entry');
});

describe('the catalogue', () => {
  it('lists names, with their date and what to do', async () => {
    expect(await dialgate('host', 'catalogue')).toBe(0);
    expect(printed().at(-3)).toMatch(/^PROVIDER +NAME\n[^]*VoIP\.ms +london\.voip\.ms/);
    expect(printed().at(-2)).toMatch(/As of 20\d\d: ask your provider/);
  });

  it('is switched on name by name', async () => {
    expect(await dialgate('host', 'add', '--from-catalogue', 'london.voip.ms')).toBe(0);
    const target = { kind: 'name', name: 'london.voip.ms' };
    expect(await entry('london.voip.ms')).toMatchObject({ target, source: 'catalogue' });
    await dialgate('host', 'add', 'trunk', '--from-catalogue', 'london.voip.ms', '--for', '7d');
    expect(await entry('trunk')).toMatchObject({ target, expiresAt: expect.any(Number) });
  });

  it('takes no other name, and no second target', async () => {
    expect(await dialgate('host', 'add', '--from-catalogue', 'sip.example.net')).toBe(1);
    expect(complaints()).toMatch(/The catalogue has no sip\.example\.net/);
    const words = ['host', 'add', 'x', '203.0.113.7', '--from-catalogue', 'london.voip.ms'];
    expect(await dialgate(...words)).toBe(2);
    expect(await here().stores.entries.count()).toBe(0);
  });
});
