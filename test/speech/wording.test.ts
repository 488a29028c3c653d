import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccessError } from '../../src/domain/access-error.ts';
import type { Prompt } from '../../src/ivr/prompts.ts';
import { partsOf } from '../../src/speech/template.ts';
import { formOf } from '../../src/speech/wording-file.ts';
import { readWording } from '../../src/speech/wording.ts';
import { everyPrompt, languages, promptsOf, sounds } from './workshop.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-wording-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What reading says of the English prompts with a part replaced. */
function faultOf(part: string | RegExp, replacement: string): string {
  const text = promptsOf('en');
  const edited = text.replace(part, replacement);
  expect(edited).not.toBe(text);
  mkdirSync(join(folder, 'en'), { recursive: true });
  writeFileSync(join(folder, 'en', 'prompts.yaml'), edited);
  try {
    readWording(folder, 'en', 'UTC');
  } catch (error) {
    expect(error).toBeInstanceOf(AccessError);
    expect((error as AccessError).code).toBe('invalid');
    return (error as AccessError).message;
  }
  throw new Error('nothing was found wrong');
}

const wordings = new Map(
  languages.map((language) => [language, readWording(sounds, language, 'UTC')]),
);
const says = (language: string, prompt: Prompt): string =>
  wordings.get(language)?.say(prompt).words ?? '';

describe.each(languages)('%s', (language) => {
  const wording = readWording(sounds, language, 'UTC');

  test.each(everyPrompt.map((prompt) => [prompt.name, prompt] as const))(
    '%s has words of its own, filled in',
    (name, prompt) => {
      const { words, pieces } = wording.say(prompt);
      expect(words).toMatch(/\p{L}{2}/u);
      expect(words).not.toMatch(/[{}]|undefined|NaN/);
      expect(pieces.length).toBeGreaterThan(0);
      for (const { utterance } of pieces) expect(utterance.words).not.toBe('');
      const heard = pieces.map(({ utterance }) => utterance.words).join(' ');
      const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');
      expect(letters(heard), `${name} is not heard as it is read`).toBe(letters(words));
      if (language !== 'en') expect(words).not.toBe(says('en', prompt));
    },
  );

  test('no two prompts have the same words', () => {
    const words = everyPrompt.map((prompt) => wording.say(prompt).words);
    expect(new Set(words).size).toBe(words.length);
  });

  test.each(['menu', 'read-back', 'close-which', 'language-offer', 'paired', 'close-oldest'])(
    '%s names each key once, in order',
    (name) => {
      const keys: Record<string, readonly string[]> = {
        menu: ['1', '2', '3', '4', '5', '6', '9'],
        'read-back': ['1', '2', '3'],
        'close-which': ['1', '2', '0'],
        'language-offer': [],
        paired: ['1', '2'],
        'close-oldest': ['1', '2'],
      };
      const german = ['Null', 'Eins', 'Zwei', 'Drei', 'Vier', 'Fünf', 'Sechs', '7', '8', 'Neun'];
      const prompt = everyPrompt.find((p) => p.name === name);
      if (!prompt) throw new Error(name);
      const last = wording.say(prompt).pieces.at(-1)?.utterance.words ?? '';
      const named = last.match(/\p{L}+|\d/gu)?.flatMap((word) => {
        if (/^\d$/.test(word)) return [word];
        const digit = language === 'de' ? german.indexOf(word) : -1;
        return digit < 0 ? [] : [String(digit)];
      });
      expect(named).toEqual(name === 'language-offer' ? ['2'] : keys[name]);
    },
  );

  test('counts choose their form', () => {
    const [none, one, two] = [0, 1, 2].map((count) =>
      says(language, { name: 'codes-left', count }),
    );
    expect(none).not.toMatch(/\d/);
    expect(one).not.toBe(none);
    expect(two).toMatch(/ 2 /);
  });
});

test('in English it reads like this', () => {
  expect(says('en', { name: 'opened', until: Date.UTC(2026, 0, 1, 18, 5), seconds: 5400 })).toBe(
    'Open for 1 hour and 30 minutes, until 6 oh 5 PM, server time.',
  );
  expect(says('en', { name: 'language-offer', key: 1 })).toBe('For English, press star 1.');
  expect(says('fr', { name: 'codes-left', count: 3 })).toMatch(/\b3 codes\b/);
});

describe('a prompts.yaml', () => {
  test.each([
    ['without a prompt', /^ {2}goodbye:.*$/m, '', 'prompts.goodbye'],
    ['with an empty prompt', /^ {2}goodbye:.*$/m, '  goodbye: " "', 'prompts.goodbye'],
    ['with a strange prompt', /^ {2}goodbye:/m, '  godbye: Bye.\n  goodbye:', 'godbye'],
    ['that leaves out what must be said', '{port}', 'shown', 'must mention {port}'],
    ['with a strange placeholder', '{port}', '{prot}', '({port} may be used)'],
    ['with a placeholder in fixed words', 'Goodbye.', '"Goodbye, {address}."', '(no placeholder'],
    ['with a brace left open', '{port}', '{port} {', 'brace'],
    ['without a form', /^ {4}none:.*$/m, '', '"codes-left"].none'],
    ['with a strange form', /^ {4}none:/m, '    few: Few.\n    none:', 'few'],
    ['with a rate that nobody follows', /^rate: .*/m, 'rate: 900', 'rate'],
    ['with a voice that is an option', /^voice: .*/m, 'voice: "en --path=/"', 'voice'],
    ['that is no YAML', 'prompts:', 'prompts: {', 'prompts.yaml'],
  ])('%s is refused, naming it', (_, part, replacement, named) => {
    const fault = faultOf(part, replacement);
    expect(fault).toContain(join(folder, 'en', 'prompts.yaml'));
    expect(fault).toContain(named);
  });

  test('that is missing is named, and so is a language that is not spoken', () => {
    expect(() => readWording(folder, 'fr', 'UTC')).toThrow(
      `cannot be read from ${join(folder, 'fr', 'prompts.yaml')}`,
    );
    expect(() => readWording(sounds, 'yy', 'UTC')).toThrow(/speaks en, es, fr, de, it/);
    expect(() => readWording(sounds, 'constructor', 'UTC')).toThrow(/does not speak/);
  });
});

describe('a template', () => {
  test('is cut at its placeholders; the mark after one is its pause', () => {
    expect(partsOf('You keyed: {address}. Press 1.').map(({ kind, text }) => [kind, text])).toEqual(
      [
        ['text', 'You keyed:'],
        ['placeholder', 'address'],
        ['text', 'Press 1.'],
      ],
    );
    const [before, value, after] = partsOf('You keyed: {address}. Press 1.');
    expect(before).toMatchObject({ after: 0.15, goesOn: true });
    expect(value).toMatchObject({ after: 0.3, goesOn: false });
    expect(after).toMatchObject({ after: 0.3, goesOn: false });
  });

  test('that begins or ends with a placeholder has no empty text', () => {
    expect(partsOf('{address} is open for {duration}.').map(({ text }) => text)).toEqual([
      'address',
      'is open for',
      'duration',
    ]);
  });
});

test('forms are those of the language', () => {
  expect([0, 1, 2, 5].map((count) => formOf(count, 'en'))).toEqual([
    'none',
    'one',
    'other',
    'other',
  ]);
  expect([0, 1, 2, 5].map((count) => formOf(count, 'pl'))).toEqual(['none', 'one', 'few', 'many']);
});
