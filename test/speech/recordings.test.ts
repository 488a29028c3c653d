import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import type { PreparedSpeech } from '../../src/speech/speech.ts';
import { speechIn } from './workshop.ts';

let folder = '';
let recordings = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-recordings-'));
  chmodSync(folder, 0o755); // Asterisk is another user
  recordings = join(folder, 'recordings');
  mkdirSync(join(recordings, 'en'), { recursive: true, mode: 0o755 });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const speech = (): PreparedSpeech => speechIn(join(folder, 'cache'), { recordings });

/** A tone, made by sox with these options for the output. */
function record(name: string, options: string, seconds = 1.5): string {
  const path = join(recordings, 'en', name);
  const output = [...options.split(' '), path, 'synth', String(seconds), 'sine', '440'];
  execFileSync('sox', ['-n', ...output, 'gain', '-10']);
  chmodSync(path, 0o644);
  return path;
}

/** What is said of the recordings as they are. */
function fault(): string {
  try {
    speech();
  } catch (error) {
    expect(error).toBeInstanceOf(AccessError);
    expect((error as AccessError).code).toBe('invalid');
    return (error as AccessError).message;
  }
  throw new Error('nothing was found wrong');
}

/** Does what a message says; in the shell, as an administrator would. */
function mend(message: string): void {
  const [, command = ''] = /(?:Mend it|Make one of it): (.+)$/m.exec(message) ?? [];
  execFileSync('sh', ['-c', command]);
}

const welcome = { name: 'welcome' } as const;

describe('a recording', () => {
  test.each([
    ['wav', '-r 8000 -c 1 -b 16 -e signed-integer -t wavpcm'],
    ['wav16', '-r 16000 -c 1 -b 16 -e signed-integer -t wavpcm'],
    ['sln', '-r 8000 -c 1 -b 16 -e signed-integer -t raw'],
    ['sln16', '-r 16000 -c 1 -b 16 -e signed-integer -t raw'],
    ['ulaw', '-r 8000 -c 1 -t ul'],
    ['alaw', '-r 8000 -c 1 -t al'],
    ['gsm', '-r 8000 -c 1 -t gsm'],
  ])('as .%s takes the place of the prompt, and its length is known', async (kind, options) => {
    record(`welcome.${kind}`, options);
    const { sound, words } = await speech().render(welcome, 'en');
    expect(sound.paths).toEqual([join(recordings, 'en', 'welcome')]);
    expect(sound.length).toBeCloseTo(1.5, 1);
    expect(words).toBe('Welcome.');
  });

  test('of a piece takes its place, and the values are still spoken', async () => {
    record('read-back.1.wav', '-r 8000 -c 1 -b 16 -t wavpcm', 2);
    const address = parseAddress('203.0.113.7')!;
    const { sound } = await speech().render({ name: 'read-back', address }, 'en');
    expect(sound.paths[0]).toBe(join(recordings, 'en', 'read-back.1'));
    const spoken = sound.paths.slice(1);
    // four numbers, and the text after them
    expect(spoken).toHaveLength(5);
    for (const path of spoken) expect(path).toContain(join(folder, 'cache'));
    record('codes-left.none.1.wav', '-r 8000 -c 1 -b 16 -t wavpcm', 2);
    expect((await speech().render({ name: 'codes-left', count: 0 }, 'en')).sound).toEqual({
      paths: [join(recordings, 'en', 'codes-left.none.1')],
      length: 2,
    });
  });

  test('in several formats is as long as the longest', async () => {
    record('welcome.gsm', '-r 8000 -c 1 -t gsm', 1);
    record('welcome.wav16', '-r 16000 -c 1 -b 16 -t wavpcm', 2);
    expect((await speech().render(welcome, 'en')).sound.length).toBeCloseTo(2, 1);
  });

  test('that was taken away is spoken again', async () => {
    const path = record('welcome.wav', '-r 8000 -c 1 -b 16 -t wavpcm');
    const made = speech();
    rmSync(path);
    const { sound } = await made.render(welcome, 'en');
    expect(sound.paths[0]).toContain(join(folder, 'cache'));
  });

  test('is not asked for in other languages, and hidden files are let be', () => {
    mkdirSync(join(recordings, 'de'));
    writeFileSync(join(recordings, 'de', 'willkommen.mp3'), 'x');
    writeFileSync(join(recordings, 'en', '.keep'), '');
    expect(speech().languages).toEqual(['en']);
  });
});

describe('a wrong recording is named, with what is wrong and a command that mends it', () => {
  test.each([
    [
      'welcome.wav',
      '-r 16000 -c 1 -b 16 -t wavpcm',
      /has 16000 samples a second; it must have 8000/,
    ],
    ['welcome.wav', '-r 8000 -c 2 -b 16 -t wavpcm', /has 2 channels/],
    ['welcome.wav', '-r 8000 -c 1 -b 8 -t wavpcm', /has 8 bits a sample/],
    ['welcome.wav', '-r 8000 -c 1 -e mu-law -t wav', /not of plain linear samples/],
    [
      'welcome.wav16',
      '-r 8000 -c 1 -b 16 -t wavpcm',
      /has 8000 samples a second; it must have 16000/,
    ],
    ['welcome.ulaw', '-r 8000 -c 1 -b 16 -t wavpcm', /is a WAV file by another name/],
    ['welcome.sln16', '-r 8000 -c 1 -b 16 -t wavpcm', /is a WAV file by another name/],
    ['welcome.gsm', '-r 8000 -c 1 -b 16 -t wavpcm', /is no GSM/],
    ['welcome.flac', '-r 44100 -c 2 -b 16', /does not play/],
  ])('%s made with %s', async (name, options, what) => {
    const path = record(name, options);
    const message = fault();
    expect(message).toContain(`${path} `);
    expect(message).toMatch(what);
    mend(message);
    expect((await speech().render(welcome, 'en')).sound.length).toBeCloseTo(1.5, 1);
  });

  test.each([
    ['welcome.wav', '-r 8000 -c 1 -b 16 -t wavpcm'],
    ['welcome.ulaw', '-r 8000 -c 1 -t ul'],
    ['welcome.sln16', '-r 16000 -c 1 -b 16 -e signed-integer -t raw'],
    ['welcome.gsm', '-r 8000 -c 1 -t gsm'],
  ])('%s that is too long', async (name, options) => {
    record(name, options, 61);
    const message = fault();
    expect(message).toMatch(/is longer than 60 s/);
    mend(message);
    expect((await speech().render(welcome, 'en')).sound.length).toBeCloseTo(60, 1);
  });

  test('that is far too long is not even read', () => {
    record('welcome.ulaw', '-r 8000 -c 1 -t ul', 300);
    expect(fault()).toMatch(/is longer than 60 s/);
  });

  test.each(['wav', 'sln', 'ulaw', 'gsm'])('an empty .%s', (kind) => {
    const path = join(recordings, 'en', `welcome.${kind}`);
    writeFileSync(path, '', { mode: 0o644 });
    expect(fault()).toMatch(/welcome\.\w+ is (empty|no WAV file)\. Make it again .*sox ORIGINAL/);
  });

  test('a header without a sound, a torn sample, a torn header', () => {
    const whole = readFileSync(record('welcome.wav', '-r 8000 -c 1 -b 16 -t wavpcm'));
    const path = join(recordings, 'en', 'welcome.wav');
    for (const bytes of [44, 40, 30, 12, 8]) {
      writeFileSync(path, whole.subarray(0, bytes));
      expect(fault()).toMatch(/welcome\.wav (is empty|is a WAV file without a format|is no WAV)/);
    }
    rmSync(path);
    writeFileSync(join(recordings, 'en', 'welcome.sln'), Buffer.alloc(8001), { mode: 0o644 });
    expect(fault()).toMatch(/ends in the middle of a sample/);
  });

  test('one that Asterisk may not read, or whose folder', async () => {
    const path = record('welcome.wav', '-r 8000 -c 1 -b 16 -t wavpcm');
    chmodSync(path, 0o600);
    const unreadable = fault();
    expect(unreadable).toContain(`${path} cannot be read by others`);
    mend(unreadable);
    chmodSync(join(recordings, 'en'), 0o700);
    const closed = fault();
    expect(closed).toContain(`${join(recordings, 'en')} lets nobody else through`);
    mend(closed);
    expect((await speech().render(welcome, 'en')).sound.length).toBeCloseTo(1.5, 1);
  });

  test('names that belong to nothing', () => {
    record('welcom.wav', '-r 8000 -c 1 -b 16 -t wavpcm');
    record('read-back.wav', '-r 8000 -c 1 -b 16 -t wavpcm');
    record('read-back.3.wav', '-r 8000 -c 1 -b 16 -t wavpcm');
    mkdirSync(join(recordings, 'english'));
    const message = fault();
    expect(message).toContain('welcom.wav is the recording of no prompt');
    expect(message).toContain('there may be: read-back.1, read-back.2.');
    expect(message).toContain('read-back.3.wav is');
    expect(message).toContain('english is no language');
  });

  test('a folder that is not there', () => {
    rmSync(recordings, { recursive: true });
    expect(fault()).toContain(`${recordings} (speech.recordings). Make it`);
  });
});
