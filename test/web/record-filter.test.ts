import { describe, expect, it, test } from 'vitest';
import { auditKinds } from '../../src/domain/attempt.ts';
import { alarmKinds } from '../../src/domain/attempt.ts';
import { alarmKindSet } from '../../src/web/views/history/kind-tone.ts';
import {
  exportPath,
  filterIn,
  fromField,
  matches,
  queryOf,
  toField,
} from '../../src/web/views/history/record-filter.ts';
import { verdictWords } from '../../src/web/views/history/verdict-words.ts';
import {
  changesOf,
  draftOf,
  emptyDraft,
  newUserOf,
} from '../../src/web/views/people/user-draft.ts';
import { numberWords, subjectWords } from '../../src/web/views/people/user-words.ts';

describe('the filter of the record', () => {
  it('is what the address bar says of it, and nothing else', () => {
    const query = new URLSearchParams('kind=gate-opened&span=7d&caller=+1%20555&address=&x=1');
    expect(filterIn(query)).toEqual({ kind: 'gate-opened', caller: '1 555' });
  });

  it('is the same in a link that takes the lines away', () => {
    const filter = { kind: 'gate-opened', from: '2025-06-01T12:00:00.000Z' };
    expect(exportPath(filter, 'csv')).toBe(
      '/v1/audit/export?kind=gate-opened&from=2025-06-01T12%3A00%3A00.000Z&format=csv',
    );
    expect(queryOf({}, { cursor: null })).toBe('');
  });

  it('is met by lines that happen now as by those in the list', () => {
    const line = {
      at: '2025-06-01T12:00:00.000Z',
      kind: 'gate-opened',
      actor: 'call:7',
      userId: 3,
    };
    expect(matches({}, line)).toBe(true);
    expect(matches({ kind: 'gate-opened', userId: '3', actor: 'call:7' }, line)).toBe(true);
    expect(matches({ userId: '4' }, line)).toBe(false);
    expect(matches({ address: '203.0.113.7' }, line)).toBe(false);
    expect(matches({ from: '2025-06-01T12:00:00.000Z' }, line)).toBe(true);
    expect(matches({ to: '2025-06-01T12:00:00.000Z' }, line)).toBe(false);
  });

  it('has times as the browser writes them, and gives them back as the API does', () => {
    const iso = '2025-06-01T12:34:00.000Z';
    expect(fromField(toField(iso))).toBe(iso);
    expect([toField(undefined), toField('x'), fromField(''), fromField('x')]).toEqual([
      '',
      '',
      undefined,
      undefined,
    ]);
  });

  it('marks as alarms what the server takes for alarms', () => {
    expect([...alarmKindSet].sort()).toEqual([...alarmKinds].sort());
    expect(auditKinds).toEqual(expect.arrayContaining([...alarmKindSet]));
  });
});

describe('the verdict', () => {
  const ended = { startedAt: '', endedAt: '', rows: 1200, lastSeq: 1200, failed: null };
  test.each([
    [{ verdict: { ok: true } }, 'good', /All 1[,.]?200 lines fit/],
    [{ verdict: { ok: false, seq: 7, why: 'altered' } }, 'bad', /^Line 7 is not what was written/],
    [{ verdict: { ok: false, why: 'something new' } }, 'bad', /^A line something new/],
    [{ verdict: null, failed: 'The disk is gone.' }, 'warn', /The disk is gone/],
  ])('%j is %s', (given, kind, words) => {
    const said = verdictWords({ ...ended, ...given });
    expect(said.kind).toBe(kind);
    expect(said.words).toMatch(words);
  });
});

describe('a user in a form', () => {
  const user = {
    id: 1,
    name: 'mira',
    disabled: false,
    services: ['web'],
    language: 'es',
    callerPolicy: 'any',
    numbers: ['15550123', '100'],
    leastAttestation: null,
    pairing: 'spoken-port',
    email: null,
    secondFactor: 'none',
    codesLeft: 0,
    revision: 0,
    createdAt: '2025-06-01T12:00:00.000Z',
  } as const;
  const draft = draftOf(user, numberWords);

  it('is sent as what was changed, and no more', () => {
    expect(changesOf(draft, draft)).toEqual({});
    const after = { ...draft, language: '', numbers: '+15550123\n\n 101 ', email: 'm@example.net' };
    expect(changesOf(draft, after)).toEqual({
      language: null,
      numbers: ['+15550123', '101'],
      email: 'm@example.net',
    });
  });

  it('is made with the secrets that were typed, and without those that were not', () => {
    expect(newUserOf({ ...emptyDraft, name: ' otto ' })).not.toHaveProperty('pin');
    expect(
      newUserOf({ ...emptyDraft, name: 'otto', knockCode: '1*2*3#', pin: '4711' }),
    ).toMatchObject({ name: 'otto', knockCode: '1*2*3', pin: '4711', email: null });
  });

  it('has its lockouts in words', () => {
    const lockout = { userName: 'mira', failures: 1, lastAt: '', lockedUntil: null };
    expect(subjectWords({ ...lockout, subject: 'user:1' })).toBe('mira, from strange telephones');
    expect(subjectWords({ ...lockout, subject: 'user:1/caller:15550123' })).toBe(
      'mira, from +15550123',
    );
    expect(subjectWords({ ...lockout, userName: null, subject: 'caller:withheld' })).toBe(
      'callers without a number',
    );
  });
});
