import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/speech/program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-program-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const script = (text: string): string => {
  const path = join(folder, 'program');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
};

describe('a program', () => {
  test('gives what it writes, of what it was given', async () => {
    const output = await runProgram(script('tr a-z A-Z'), [], 'loud', 5);
    expect(output.toString()).toBe('LOUD');
  });

  test('that is missing is named, with the mend', async () => {
    await expect(runProgram('no-such-speech', [], '', 1)).rejects.toMatchObject({
      code: 'speech-failed',
      message: expect.stringContaining('apt-get install no-such-speech'),
    });
  });

  test('that fails says what it complained of', async () => {
    await expect(runProgram(script('echo no voice >&2; exit 3'), [], '', 1)).rejects.toThrow(
      /status 3: no voice/,
    );
  });

  test.each(['exec sleep 60', 'sleep 60; true'])('that hangs is ended: %s', async (words) => {
    const began = performance.now();
    await expect(runProgram(script(words), [], '', 0.2)).rejects.toThrow(
      /stopped: it may take 0\.2 s/,
    );
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('that never ends to write is stopped', async () => {
    await expect(runProgram(script('exec cat /dev/zero'), [], '', 20)).rejects.toMatchObject({
      code: 'speech-failed',
      message: expect.stringContaining('wrote more than 32 MiB'),
    });
  });

  test('that is ended by another says so', async () => {
    await expect(runProgram(script('kill -9 $$'), [], '', 5)).rejects.toMatchObject({
      code: 'speech-failed',
      message: expect.stringContaining('did not run'),
    });
  });

  test('that does not read its input does not bring us down', async () => {
    const output = await runProgram(script('exit 0'), [], 'x'.repeat(1_000_000), 5);
    expect(output.length).toBe(0);
  });
});
