import { beforeEach, describe, expect, test } from 'vitest';
import type { LockoutSubject } from '../../src/domain/ports.ts';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

const show = async (name: string): Promise<string> => {
  await dialgate('user', 'show', name);
  return printed().at(-1) ?? '';
};

describe('what is set for a user', () => {
  const everything = [
    ...['--service', 'sip', '--language', 'es', '--callers', 'call-back', '--attestation', 'B'],
    ...['--number', '+1 555 0123456', '--number', '+1 (555) 012-3457', '--pairing', 'knock-code'],
  ];
  const settled = {
    services: ['sip'],
    language: 'es',
    callerPolicy: 'call-back',
    numbers: ['15550123456', '15550123457'],
    leastAttestation: 'B',
    pairing: 'knock-code',
  };

  test('is given at creation', async () => {
    expect(await dialgate('user', 'add', 'anna', ...everything, '--disabled', '--json')).toBe(0);
    expect(json().user).toMatchObject({ ...settled, disabled: true });
    await dialgate('user', 'add', 'bert', '--disabled');
    expect(printed()).toContain('User bert is made, and disabled.');
  });

  test('is changed, what is not named stays, and everything goes back with no-', async () => {
    await dialgate('user', 'add', 'anna');
    expect(await dialgate('user', 'change', 'anna', ...everything, '--json')).toBe(0);
    expect(json()).toMatchObject({ ...settled, disabled: false });
    await dialgate('user', 'change', 'anna', '--language', 'en', '--json');
    expect(json()).toMatchObject({ ...settled, language: 'en' });
    const back = ['--no-service', '--no-language', '--no-number', '--no-attestation'];
    expect(await dialgate('user', 'change', 'anna', ...back, '--callers', 'any', '--json')).toBe(0);
    expect(json()).toMatchObject({
      services: [],
      language: null,
      numbers: [],
      leastAttestation: null,
      callerPolicy: 'any',
    });
  });

  test.each([
    [['change', 'anna'], 2, /is to change; there is --service, --language, --number, --callers, /],
    [['change', 'anna', '--json'], 2, /nothing is named that is to change/],
    [['change', 'anna', '--callers', 'listed'], 1, /"listed" need at least one telephone number/],
    [['change', 'anna', '--callers', 'friends'], 2, /any, listed, call-back/],
    [['change', 'anna', '--language', 'fr'], 1, /fr is not spoken here; there is en, es/],
    [['change', 'anna', '--language', '../x'], 2, /--language .* is two or three letters/],
    [['change', 'anna', '--service', 'web', 'w b'], 2, /--service .* small letters, digits/],
    [['change', 'anna', '--number', 'x'], 2, /--number .* is written with digits/],
    [['add', 'bert', '--number', '+15550123', 'x'], 2, /--number .* is written with digits/],
    [['add', 'bert', '--number', ...Array<string>(17).fill('1')], 2, /may be 16 at most/],
    [['change', 'anna', '--number', '+0'], 1, /\+0 is not a telephone number; write it/],
    [['change', 'anna', '--attestation', 'D'], 2, /A, B, C/],
    [['change', 'nobody', '--language', 'en'], 1, /no user named nobody/],
    [['show', 'nobody'], 1, /no user named nobody/],
  ])('%j ends with %d and says why', async (words, status, why) => {
    await dialgate('user', 'add', 'anna');
    const before = await here().stores.users.list();
    expect(await dialgate('user', ...words)).toBe(status);
    expect(complaints()).toMatch(why);
    // names of the REST API, which nobody types here
    expect(complaints()).not.toMatch(/callerPolicy|leastAttestation|numbers\.|services\.|null/);
    expect(await here().stores.users.list()).toEqual(before);
  });

  test('is shown in words, with what is open and what is held against them', async () => {
    await dialgate('user', 'add', 'anna', ...everything);
    await dialgate('user', 'add', 'bert');
    await dialgate('user', 'enable', 'anna');
    await dialgate('user', 'sheet', 'anna');
    await dialgate('grant', 'open', 'anna', '2001:DB8:0:1::/64');
    await dialgate('grant', 'open', 'bert', '203.0.113.7');
    await here().stores.lockouts.record(
      [
        { subject: 'user:1/caller:15550199', failures: { count: 3, lastAt: Date.now() } },
        { subject: 'caller:15550199', failures: { count: 1, lastAt: Date.now() } },
      ],
      [],
    );
    const shown = await show('anna');
    for (const line of [
      /^name +anna$/m,
      /^state +enabled$/m,
      /^services +sip$/m,
      /^language +es$/m,
      /^calls +we phone them back$/m,
      /^telephones +\+15550123456 \+15550123457$/m,
      /^attestation +B or better$/m,
      /^identified by +PIN, then a code of the sheet$/m,
      /^codes left +20$/m,
      /^recognised +by the three numbers of the knock code as ports$/m,
      /^open +2001:db8:0:1::\/64 until /m,
      /^failures +3 \(user:1\/caller:15550199\), locked until /m,
    ]) {
      expect(shown).toMatch(line);
    }
    expect(shown).not.toMatch(/203\.0\.113\.7|1 \(caller/);
    expect(await show('bert')).toMatch(/^language +\(of the number dialled\)$/m);
  });
});

test('a new knock code is shown once', async () => {
  await dialgate('user', 'add', 'anna', '--json');
  const { knockCode } = json();
  expect(await dialgate('user', 'new-knock-code', 'anna', '--json')).toBe(0);
  expect(json().knockCode).not.toBe(knockCode);
  expect(await dialgate('user', 'new-knock-code', 'anna')).toBe(0);
  const shown = /is (\d+\*\d+\*\d+) +\(keyed \1#\)/.exec(printed().join('\n'))?.[1];
  expect(shown).toBeDefined();
  const from = printed().length;
  for (const words of [['user', 'list'], ['user', 'show', 'anna'], ['audit']]) {
    await dialgate(...words);
  }
  expect(printed().slice(from).join('\n')).not.toContain(shown);
});

describe('lockouts', () => {
  const fail = (): Promise<void> =>
    here().stores.lockouts.record(
      [
        { subject: 'user:1/caller:15550123', failures: { count: 3, lastAt: Date.now() } },
        { subject: 'caller:\u001b[2J/☎', failures: { count: 1, lastAt: Date.now() - 1000 } },
      ],
      [],
    );

  test('are listed without letting a caller write to the terminal', async () => {
    await dialgate('user', 'add', 'anna');
    await dialgate('lockout', 'list');
    expect(printed().at(-1)).toBe('Nothing is held against anybody.');
    await fail();
    await dialgate('lockout', 'list');
    expect(printed().at(-1)).toMatch(/^user:1\/caller:15550123 +anna +3 +\d{4}-.*Z$/m);
    expect(printed().at(-1)).toMatch(/^caller:\uFFFD\[2J\/☎ +- +1 +-$/m);
  });

  test('are ended one by one, and all of a user', async () => {
    await dialgate('user', 'add', 'anna');
    await fail();
    expect(await dialgate('lockout', 'end', 'caller:\u001b[2J/☎')).toBe(0);
    expect(await dialgate('lockout', 'end', 'caller:\u001b[2J/☎')).toBe(1);
    expect(complaints()).toMatch(/Nothing is held against this subject/);
    expect(await dialgate('lockout', 'end', 'anna')).toBe(1);
    expect(complaints()).toMatch(/must be the subject of a lockout, such as caller:15550123/);
    await dialgate('lockout', 'list', '--json');
    expect(json()).toMatchObject([{ subject: 'user:1/caller:15550123', userName: 'anna' }]);
    expect(await dialgate('user', 'unlock', 'anna')).toBe(0);
    expect(printed().at(-1)).toBe('Nothing is held against anna any more.');
    await dialgate('user', 'unlock', 'anna');
    expect(printed().at(-1)).toBe('Nothing was held against anna.');
    await dialgate('audit', '--kind', 'lockout-ended', '--json');
    expect(json()).toHaveLength(2);
  });
});

describe('unlocking a user', () => {
  const hold = (...subjects: LockoutSubject[]): Promise<void> =>
    here().stores.lockouts.record(
      subjects.map((subject) => ({ subject, failures: { count: 5, lastAt: Date.now() } })),
      [],
    );
  beforeEach(() => dialgate('user', 'add', 'anna'));

  test('names the telephones used that stay locked, and what ends that', async () => {
    await dialgate('user', 'add', 'bert');
    await hold('user:1', 'user:1/caller:15550123', 'caller:15550123', 'user:1/caller:15550124');
    await hold('user:2/caller:15550125', 'caller:15550125');
    const from = printed().length;
    expect(await dialgate('user', 'unlock', 'anna')).toBe(0);
    expect(printed().slice(from)).toEqual([
      'Nothing is held against anna any more.',
      expect.stringMatching(/^These telephones stay locked for callers who/) as string,
      expect.stringMatching(
        /^ {2}until \d{4}-.*Z, or: dialgate lockout end caller:15550123$/,
      ) as string,
    ]);
    expect(await dialgate('lockout', 'end', 'caller:15550123')).toBe(0);
  });

  test('says where to look when telephones are locked that are not known to be used', async () => {
    await hold('caller:15550123');
    await dialgate('user', 'unlock', 'anna');
    expect(printed().slice(-2)).toEqual([
      'Nothing was held against anna.',
      'Some telephones are locked as such; "dialgate lockout list" shows them.',
    ]);
  });
});

test('calls show what the carrier vouches for and which call they answer', async () => {
  const { calls } = here().stores;
  const entry = { at: 1, actor: 'system', kind: 'call-began' } as const;
  const call = { callerNumber: '15550123', dialled: '100', beganAt: 1 };
  await calls.begin({ ...call, attestation: 'A', callBackOf: null }, entry);
  await calls.begin({ ...call, attestation: null, callBackOf: 1 }, entry);
  await dialgate('calls');
  expect(printed().at(-1)).toMatch(/15550123 +A +100 +going on$/m);
  expect(printed().at(-1)).toMatch(/15550123 +- +100 +going on +call 1$/m);
});
