import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { speakAloud } from '../../src/speech/espeak.ts';
import type * as Threads from '../../src/speech/speaking-thread.ts';
import type { Utterance } from '../../src/speech/utterance.ts';
import { builtEntry } from '../fixtures/built.ts';

// a thread runs what was compiled
const compiled = pathToFileURL(await builtEntry('speech/speaking-thread')).href;
const { speakOnThread } = (await import(compiled)) as typeof Threads;

const folder = mkdtempSync(join(tmpdir(), 'dialgate-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const saying = (words: string): Utterance => ({
  words,
  voice: 'en-us',
  rate: 150,
  after: 0.2,
  goesOn: false,
});

test('it makes the same sounds, several at once, each for whom it is', async () => {
  const speak = speakOnThread();
  const utterances = ['one', 'two', 'three', 'four', 'five'].map((word) => saying(word));
  const spoken = await Promise.all(utterances.map(speak));
  for (const [at, sound] of spoken.entries()) {
    expect(sound.equals(await speakAloud(utterances[at]!))).toBe(true);
  }
});

test('what cannot be said is a failure of its own, and the next is said', async () => {
  const speak = speakOnThread();
  const failed = speak(saying(' '));
  await expect(failed).rejects.toMatchObject({
    code: 'speech-failed',
    message: expect.stringContaining('espeak-ng'),
  });
  expect((await speak(saying('hello'))).length).toBeGreaterThan(1000);
});

test('a thread that dies fails what it was saying, and another takes its place', async () => {
  const program = join(folder, 'mortal.mjs');
  writeFileSync(
    program,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ id, utterance }) => {
       if (utterance.words === 'die') throw new Error('it was told to');
       parentPort.postMessage({ id, sound: new Uint8Array([7]) });
     });`,
  );
  const speak = speakOnThread(pathToFileURL(program));
  expect([...(await speak(saying('live')))]).toEqual([7]);
  await expect(speak(saying('die'))).rejects.toMatchObject({
    code: 'speech-failed',
    message: expect.stringContaining('it was told to'),
  });
  expect([...(await speak(saying('live')))]).toEqual([7]);
});
