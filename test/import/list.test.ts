import { describe, expect, it, test } from 'vitest';
import { csvFields } from '../../src/import/list/csv.ts';
import { readList } from '../../src/import/list/list.ts';
import { readUntil } from '../../src/import/list/until.ts';
import type { Reading } from '../../src/import/reading.ts';
import { fc } from '../property.ts';
import { file, lines, short } from './files.ts';

const read = (...rows: string[]): Reading => readList(file('list', lines(...rows)));

describe('a plain list', () => {
  it('has an address, a network or a name a line, comments become notes', () => {
    const { found, skipped } = read(
      '# offices',
      '',
      '203.0.113.7',
      '  198.51.100.0/24   # the branch  ',
      'Host.Example.NET.',
      '2001:DB8::/32\r',
    );
    expect(found.map(short)).toEqual([
      '- 203.0.113.7',
      '- 198.51.100.0/24',
      '- host.example.net',
      '- 2001:db8::/32',
    ]);
    expect(found[1]?.note).toBe('the branch');
    expect(skipped).toEqual([]);
  });

  it('names the line of what cannot be read, and goes on', () => {
    const { found, skipped } = read('203.0.113.7', '0.0.0.0/0', 'no such thing', '203.0.113.8');
    expect(found).toHaveLength(2);
    expect(skipped.map(({ at, why }) => `${at.line}: ${why}`)).toEqual([
      '2: 0.0.0.0/0 is everybody: the whole Internet would be let in',
      '3: no such thing is no address, network or host name',
    ]);
  });

  it('reads a network with host bits as a firewall would, and says so', () => {
    expect(read('198.51.100.77/24').found[0]).toMatchObject({
      target: { kind: 'network', network: '198.51.100.0/24' },
      remarks: ['198.51.100.77/24 means 198.51.100.0/24'],
    });
  });
});

describe('CSV', () => {
  it('takes the columns as the first line names them', () => {
    const { found, skipped } = read(
      'Target,label,services,until,note',
      '203.0.113.7,mira,"sip, rtp",2030-12-31,"says ""hello"", often"',
      'host.example.net,,,,',
      '# a comment',
      '',
    );
    expect(skipped).toEqual([]);
    expect(found).toMatchObject([
      {
        label: 'mira',
        wanted: { kind: 'services', services: ['sip', 'rtp'] },
        until: Date.UTC(2031, 0, 1),
        note: 'says "hello", often',
        at: { line: 2 },
      },
      { label: null, until: null, note: '', wanted: { services: [] }, at: { line: 3 } },
    ]);
  });

  it.each([
    ['203.0.113.7,mira,sip,,"no end', /no CSV: look at its quotes/],
    ['203.0.113.7,mi"ra,sip,,', /no CSV/],
    ['203.0.113.7,mira,sip', /3 fields, the first line names 5/],
    ['203.0.113.7,mi ra,sip,,', /a label is 1 to 64/],
    ['203.0.113.7,mira,SIP,,', /SIP is no name of a service/],
    ['203.0.113.7,mira,sip,tomorrow,', /tomorrow is no date/],
    [`203.0.113.7,mira,sip,,${'x'.repeat(201)}`, /200 characters/],
    [',mira,sip,,', /the target is no address/],
  ])('%s costs its own line alone', (row, why) => {
    const { found, skipped } = read('target,label,services,until,note', row, '203.0.113.8,a,,,');
    expect(skipped).toMatchObject([{ at: { line: 2 }, why: expect.stringMatching(why) }]);
    expect(found.map(short)).toEqual(['a 203.0.113.8']);
  });

  it('may have a title above', () => {
    const { found, skipped } = read('# our offices', '', 'label,target', 'a,203.0.113.8');
    expect([found.map(short), skipped]).toEqual([['a 203.0.113.8'], []]);
  });

  it.each(['a,203.0.113.8', 'target;note', '203.0.113.8\thome'])(
    'without a line of columns, %j is told what is missing',
    (row) => {
      const { found, skipped } = read('203.0.113.7', row);
      expect(found.map(short)).toEqual(['- 203.0.113.7']);
      expect(skipped).toMatchObject([
        { at: { line: 2 }, why: expect.stringMatching(/names its columns/) },
      ]);
    },
  );

  it.each(['target,colour', 'target,target'])('refuses the columns %s', (header) => {
    expect(read(header, '203.0.113.7,x')).toMatchObject({
      found: [],
      skipped: [{ at: { line: 1 }, why: expect.stringMatching(/columns of a list are/) }],
    });
  });

  test('what is written by RFC 4180 is read back', () => {
    const text = fc.string().map((s) => s.replace(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (fields) => {
        const line = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');
        expect(csvFields(line)).toEqual(fields);
      }),
    );
  });

  test('bare fields are those between the commas', () => {
    const bare = fc.string().map((s) => s.replace(/[",\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(bare, { minLength: 1 }), (fields) => {
        expect(csvFields(fields.join(','))).toEqual(fields);
      }),
    );
  });
});

test.each([
  ['2026-12-31', Date.UTC(2027, 0, 1)],
  ['2026-12-31T18:00Z', Date.UTC(2026, 11, 31, 18)],
  ['2026-12-31T18:00:30+02:00', Date.UTC(2026, 11, 31, 16, 0, 30)],
  ['2026-02-30', undefined],
  ['2026-13-01', undefined],
  ['2026-12-31T18:00', undefined],
  ['31.12.2026', undefined],
])('until %s', (text, at) => {
  expect(readUntil(text)).toBe(at);
});

test('whatever is in the list, reading it ends and throws nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { found, skipped } = readList(file('list', bytes));
      return found.length + skipped.length >= 0;
    }),
  );
});
