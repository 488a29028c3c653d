import { TOTP } from 'otpauth';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createSecondFactors, type SecondFactors } from '../../src/access/second-factors.ts';
import { totpStep } from '../../src/access/totp.ts';
import type { KnockCode } from '../../src/domain/knock-code.ts';
import { parseOneTimeCode, type OneTimeCode } from '../../src/domain/one-time-code.ts';
import type { User } from '../../src/domain/user.ts';
import { code, createDoor, knockCode, quickSecrets, wrong, type Door } from './door.ts';

let door: Door;
let factors: SecondFactors;
let user: User;

const oneTime = (text: string): OneTimeCode => parseOneTimeCode(text)!;

beforeEach(async () => {
  door = createDoor({ secrets: quickSecrets });
  user = await door.addUser('traveller', code);
  factors = createSecondFactors({
    stores: door.stores,
    secrets: quickSecrets,
    clock: { now: () => door.now },
    issuer: 'dialgate at home',
  });
});

/** What the user's app shows now, or some seconds from now. */
const shown = (secret: string, seconds = 0): OneTimeCode =>
  oneTime(new TOTP({ secret }).generate({ timestamp: door.now + seconds * 1000 }));

const letIn = async (given: OneTimeCode | null) =>
  (await door.tryWith({ code: given })) !== undefined;

describe('time-based codes', () => {
  test('are those of RFC 6238, appendix B, shortened to six digits', () => {
    // the secret of its test vectors: 12345678901234567890
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    for (const [seconds, digits] of [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_111_111_111, '050471'],
      [1_234_567_890, '005924'],
      [2_000_000_000, '279037'],
      [20_000_000_000, '353130'],
    ] as const) {
      expect(totpStep(secret, oneTime(digits), seconds * 1000)).toBe(Math.floor(seconds / 30));
    }
  });

  test('are enrolled by an otpauth: URI that an app understands', async () => {
    const { uri, secret, user: changed } = await factors.newTotp(user, 'cli:mira');
    const url = new URL(uri);
    expect([url.protocol, url.host]).toEqual(['otpauth:', 'totp']);
    expect(decodeURIComponent(url.pathname)).toBe('/dialgate at home:traveller');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      secret,
      issuer: 'dialgate at home',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(changed.secondFactor).toBe('totp');
    expect((await factors.newTotp(user, 'cli:mira')).secret).not.toBe(secret);
  });

  test('let the user in once each, also after a restart', async () => {
    const { secret } = await factors.newTotp(user, 'system');
    expect(await letIn(null)).toBe(false);
    expect(await letIn(shown(secret))).toBe(true);
    expect(await letIn(shown(secret))).toBe(false);
    door.restart();
    expect(await letIn(shown(secret))).toBe(false);
    door.now += 30_000;
    expect(await letIn(shown(secret))).toBe(true);
    expect(await door.refusals()).toEqual(['code-used', 'code-used', 'wrong-code']);
  });

  test('may be a step early or late, and no earlier than the last one used', async () => {
    const { secret } = await factors.newTotp(user, 'system');
    for (const [seconds, good] of [
      [-60, false],
      [60, false],
      [-30, true],
      [30, true],
      [0, false], // good by the clock, but the next one has been used
    ] as const) {
      expect(await letIn(shown(secret, seconds))).toBe(good);
    }
    expect((await door.refusals())[0]).toBe('code-used');
  });

  test('one code from two telephones at once lets one of them in', async () => {
    const { secret } = await factors.newTotp(user, 'system');
    const given = { code: shown(secret) };
    const both = await Promise.all([
      door.tryWith({ ...given, callerNumber: '5550101' }),
      door.tryWith({ ...given, callerNumber: '5550102' }),
    ]);
    expect(both.filter((one) => one !== undefined)).toHaveLength(1);
  });

  test.each([
    ['the PIN is wrong', { pin: wrong }, {}],
    ['the telephone is not listed', {}, { callerPolicy: 'listed' }],
    ['nobody vouches for the number', {}, { leastAttestation: 'A' }],
    ['the user is disabled', {}, { disabled: true }],
  ] as const)('are not used up when %s', async (_, over, settings) => {
    const { secret } = await factors.newTotp(user, 'system');
    const entry = { at: door.now, actor: 'system', kind: 'user-changed' } as const;
    await door.stores.users.change(user.id, settings, entry);
    expect(await door.tryWith({ code: shown(secret), ...over })).toBeUndefined();
    await door.stores.users.change(
      user.id,
      { callerPolicy: 'any', leastAttestation: null, disabled: false },
      entry,
    );
    expect(await letIn(shown(secret))).toBe(true);
  });

  test('are not used up while the telephone is locked', async () => {
    const { secret } = await factors.newTotp(user, 'system');
    for (let i = 0; i < 5; i++) await door.tryWith({ pin: wrong });
    expect(await letIn(shown(secret))).toBe(false);
    expect(await letIn(shown(secret))).toBe(false);
    expect((await door.tryWith({ code: shown(secret), callerNumber: '5550177' }))?.id).toBe(1);
  });

  test('wrong ones lock like wrong PINs', async () => {
    await factors.newTotp(user, 'system');
    for (let i = 0; i < 5; i++) expect(await letIn(oneTime('000000'))).toBe(false);
    await letIn(oneTime('000000'));
    expect((await door.refusals())[0]).toBe('caller-locked');
    expect(await door.stores.audit.list({ kind: 'lockout-began', limit: 9 })).toHaveLength(1);
  });

  test('a secret sealed for another user fits nobody', async () => {
    const other = await door.addUser('other', knockCode('1*2*3'));
    const { secret } = await factors.newTotp(user, 'system');
    const { totp } = (await door.stores.users.secretsOf(user.id))!;
    await door.stores.users.setSecondFactor(
      other.id,
      { kind: 'totp', sealed: totp! },
      { at: door.now, actor: 'system', kind: 'second-factor-set' },
    );
    const given = { knockCode: knockCode('1*2*3'), code: shown(secret) };
    expect(await door.tryWith(given)).toBeUndefined();
    expect(await door.refusals()).toEqual(['wrong-code']);
  });
});

describe('a sheet', () => {
  test('lets the user in once with each of its codes, in any order, also after a restart', async () => {
    const { codes, user: changed } = await factors.newSheet(user, 'system');
    expect(changed).toMatchObject({ secondFactor: 'sheet', codesLeft: codes.length });
    expect(new Set(codes).size).toBe(20);
    for (const given of codes.toReversed()) {
      expect(given).toMatch(/^[0-9]{8}$/);
      const left = (await door.stores.users.byId(user.id))!.codesLeft - 1;
      // as it stands after the code was used
      expect(await door.tryWith({ code: given })).toMatchObject({ codesLeft: left });
      door.restart();
      expect(await letIn(given)).toBe(false);
      expect(await letIn(null)).toBe(false);
      door.now += 86_400_000;
    }
    expect(await door.stores.users.byId(user.id)).toMatchObject({ codesLeft: 0 });
  });

  test('gives way to the next one, whose codes are new', async () => {
    const [old, next] = [
      await factors.newSheet(user, 'system'),
      await factors.newSheet(user, 'system'),
    ];
    expect(await letIn(old.codes[0]!)).toBe(false);
    expect(await letIn(next.codes[0]!)).toBe(true);
  });

  test('is one user’s alone', async () => {
    const other = await door.addUser('other', knockCode('1*2*3'));
    const { codes } = await factors.newSheet(user, 'system');
    await factors.newSheet(other, 'system');
    const given = { knockCode: knockCode('1*2*3'), code: codes[0]! };
    expect(await door.tryWith(given)).toBeUndefined();
    expect(await letIn(codes[0]!)).toBe(true);
  });
});

test('without a second factor a code is not asked for, and one that is given does no harm', async () => {
  await factors.newSheet(user, 'system');
  expect((await factors.remove(user, 'system')).secondFactor).toBe('none');
  expect(await letIn(null)).toBe(true);
  expect(await letIn(oneTime('12345678'))).toBe(true);
});

test('the record says who has handed out what and when it was used, and holds no code', async () => {
  const { secret } = await factors.newTotp(user, 'token:ops');
  const given = shown(secret);
  await letIn(given);
  const { codes } = await factors.newSheet(user, 'cli:mira');
  await letIn(codes[3]!);
  await factors.remove(user, 'cli:mira');
  const rows = await door.stores.audit.list({ limit: 50 });
  expect(
    rows
      .map(({ kind, actor }) => [kind, actor])
      .toReversed()
      .slice(1),
  ).toEqual([
    ['second-factor-set', 'token:ops'],
    ['code-used', 'call:1'],
    ['attempt-accepted', 'call:1'],
    ['second-factor-set', 'cli:mira'],
    ['code-used', 'call:1'],
    ['attempt-accepted', 'call:1'],
    ['second-factor-removed', 'cli:mira'],
  ]);
  expect(rows.every((row) => row.userId === user.id)).toBe(true);
  const record = JSON.stringify(rows);
  for (const kept of [secret, given, ...codes]) expect(record).not.toContain(kept);
});

describe('whether a code is asked for', () => {
  const asked = async (codes: readonly KnockCode[]): Promise<number> => {
    let count = 0;
    for (const one of codes) count += Number(await door.wantsCode(one));
    return count;
  };
  const nobodys = Array.from({ length: 600 }, (_, i) => knockCode(`${i + 1000}*77*88`));

  test('follows the user’s own second factor', async () => {
    expect(await door.wantsCode(code)).toBe(false);
    await factors.newSheet(user, 'system');
    expect(await door.wantsCode(code)).toBe(true);
    await factors.newTotp(user, 'system');
    expect(await door.wantsCode(code)).toBe(true);
    await factors.remove(user, 'system');
    expect(await door.wantsCode(code)).toBe(false);
  });

  test('is answered for codes that are nobody’s as if they were somebody’s', async () => {
    expect(await asked(nobodys)).toBe(0);
    await door.addUser('plain', knockCode('1*2*3'));
    await door.addUser('plainer', knockCode('1*2*4'));
    await factors.newSheet(user, 'system');
    // one of three: 200, give or take five standard deviations
    const third = await asked(nobodys);
    expect(third).toBeGreaterThan(142);
    expect(third).toBeLessThan(258);
    expect(await asked(nobodys)).toBe(third);
    const entry = { at: door.now, actor: 'system', kind: 'user-disabled' } as const;
    for (const id of [2, 3]) await door.stores.users.change(id, { disabled: true }, entry);
    expect(await asked(nobodys)).toBe(600);
  });

  test('is answered for a disabled user’s code as if it were nobody’s', async () => {
    await door.addUser('plain', knockCode('1*2*3'));
    await factors.newSheet(user, 'system');
    const entry = { at: door.now, actor: 'system', kind: 'user-disabled' } as const;
    const codes = nobodys.slice(0, 40);
    const before = await Promise.all(codes.map((one) => door.wantsCode(one)));
    const gone = await door.addUser('gone', knockCode('1*2*4'), { disabled: true });
    for (const withFactor of [false, true]) {
      if (withFactor) await factors.newSheet(gone, 'system');
      const answers = [];
      for (const one of codes) {
        await door.stores.users.setKnockCode(gone.id, quickSecrets.knockCodeLookup(one), entry);
        answers.push(await door.wantsCode(one));
      }
      expect(answers).toEqual(before);
    }
    expect(new Set(before).size).toBe(2);
  });

  test('reads no list of users', async () => {
    const all = vi.spyOn(door.stores.users, 'list');
    await door.wantsCode(code);
    expect(all).not.toHaveBeenCalled();
  });

  test('is nothing that the next code tells', async () => {
    await door.addUser('plain', knockCode('1*2*3'));
    await factors.newSheet(user, 'system');
    const answers = await Promise.all(nobodys.map((one) => door.wantsCode(one)));
    const changes = answers.filter((answer, i) => i > 0 && answer !== answers[i - 1]).length;
    expect(changes).toBeGreaterThan(220);
    expect(changes).toBeLessThan(380);
  });
});
