import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import QRCode from 'qrcode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { drawn } from '../../src/cli/qr-code.ts';
import { complaints, dialgate, here, json, printed } from './command-line.ts';

/** The modules that a scanner sees in a drawing of half blocks, its margin cut off. */
function modulesOf(drawing: string): boolean[][] {
  const rows = drawing.split('\n').flatMap((line) => {
    const cells = [...line];
    return [
      cells.map((cell) => cell === '█' || cell === '▀'),
      cells.map((cell) => cell === '█' || cell === '▄'),
    ];
  });
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [{ x, y }] : [])));
  const [left, right] = [Math.min(...dark.map(({ x }) => x)), Math.max(...dark.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...dark.map(({ y }) => y)), Math.max(...dark.map(({ y }) => y))];
  expect([left, top]).toEqual([4, 4]);
  return rows.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
}

/** What the library itself makes of a text. */
function expected(text: string): boolean[][] {
  const { size, data } = QRCode.create(text, { errorCorrectionLevel: 'M' }).modules;
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => data[y * size + x] === 1),
  );
}

describe('an authenticator', () => {
  let terminal: boolean;
  beforeEach(async () => {
    terminal = process.stdout.isTTY;
    process.stdout.isTTY = false;
    await dialgate('user', 'add', 'anna');
  });
  afterEach(() => {
    process.stdout.isTTY = terminal;
  });

  test('is enrolled with a URI and a QR code that says the same', async () => {
    expect(await dialgate('user', 'totp', 'anna')).toBe(0);
    const drawing = printed().find((text) => text.includes('█')) ?? '';
    const uri = printed().find((text) => text.startsWith('otpauth://totp/')) ?? '';
    const secret = new URL(uri).searchParams.get('secret') ?? '';
    expect(modulesOf(drawing)).toEqual(expected(uri));
    expect(printed().at(-1)?.replaceAll(' ', '')).toBe(`secret${secret}`);
    await dialgate('user', 'list');
    expect(printed().at(-1)).toMatch(/anna +enabled +any +totp/);
    await dialgate('user', 'no-second-factor', 'anna');
    await dialgate('user', 'list');
    expect(printed().at(-1)).toMatch(/anna +enabled +any +none/);
  });

  test('has its QR code in a picture for its owner alone', async () => {
    const file = join(here().folder, 'code.png');
    expect(await dialgate('user', 'totp', 'anna', '--png', file, '--json')).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const options = { errorCorrectionLevel: 'M', margin: 4, scale: 8 } as const;
    expect(readFileSync(file)).toEqual(await QRCode.toBuffer(json().uri as string, options));
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, 'mine')],
    ['a link to nowhere', (path: string) => symlinkSync(`${path}-elsewhere`, path)],
  ])('is not enrolled when the picture would replace %s', async (_, make) => {
    const file = join(here().folder, 'code.png');
    make(file);
    expect(await dialgate('user', 'totp', 'anna', '--png', file)).toBe(1);
    expect(complaints()).toMatch(/exists already and is left alone/);
    expect(existsSync(`${file}-elsewhere`)).toBe(false);
    expect(await dialgate('user', 'totp', 'anna', '--png', '/nowhere/code.png')).toBe(1);
    expect(complaints()).toMatch(/cannot be written \(ENOENT\)/);
    await dialgate('user', 'show', 'anna', '--json');
    expect(json().secondFactor).toBe('none');
  });

  test('leaves no picture behind when it is not enrolled', async () => {
    const file = join(here().folder, 'code.png');
    expect(await dialgate('user', 'totp', 'nobody', '--png', file)).toBe(1);
    expect(existsSync(file)).toBe(false);
  });
});

test('a terminal shows the code dark on light, whatever its colours', async () => {
  const lines = (await drawn('otpauth://x', true)).split('\n');
  // eslint-disable-next-line no-control-regex -- the escapes are what is looked for
  const bare = lines.map((line) => /^\u001b\[30;107m(.*)\u001b\[0m$/.exec(line)?.[1] ?? '');
  expect(new Set(bare.map((line) => line.length)).size).toBe(1);
  expect(modulesOf(bare.join('\n'))).toEqual(expected('otpauth://x'));
});

describe('a sheet', () => {
  test('is printed with name, date, numbered codes in fours, and nothing else', async () => {
    await dialgate('user', 'add', 'anna', '--json');
    const { knockCode, pin } = json();
    expect(await dialgate('user', 'sheet', 'anna')).toBe(0);
    const text = printed().at(-1) ?? '';
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^Single-use codes of anna, \d{4}-\d{2}-\d{2}$/);
    const codes = [...text.matchAll(/(\d+)\. {2}(\d{4} \d{4})(?= |$)/gm)];
    expect(codes.map(([, at]) => Number(at)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    expect(new Set(codes.map(([, , code]) => code)).size).toBe(20);
    expect(lines.at(-1)).toMatch(/^After the PIN, key the eight digits/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(72);
    expect(text.replaceAll(' ', '')).not.toContain(knockCode);
    expect(text).not.toContain(pin);
  });

  test('comes as JSON, in the order of the printed numbers', async () => {
    await dialgate('user', 'add', 'anna');
    await dialgate('user', 'sheet', 'anna', '--json');
    expect(json().codes).toHaveLength(20);
  });
});
