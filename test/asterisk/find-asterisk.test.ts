import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cachedRoot, findAsterisk } from '../../lab/asterisk/find.ts';

// on a machine with an Asterisk of its own, that one is always found first
const own = findAsterisk({ PATH: '', DIALGATE_CACHE: '/nonexistent' });

describe.skipIf(own)('finding Asterisk in a root filesystem', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialgate-find-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function root(name: string, programs: readonly string[]): string {
    const path = join(folder, name);
    mkdirSync(join(path, 'usr/lib/x86_64-linux-gnu/asterisk/modules'), { recursive: true });
    mkdirSync(join(path, 'usr/sbin'), { recursive: true });
    for (const program of programs) {
      writeFileSync(join(path, 'usr/sbin', program), '', { mode: 0o755 });
    }
    return path;
  }

  test('nowhere', () => {
    expect(findAsterisk({ PATH: '', DIALGATE_CACHE: folder })).toBeUndefined();
  });

  test('in the cache that the lab builds', () => {
    const env = { PATH: '', DIALGATE_CACHE: folder };
    const path = root('asterisk-root', ['asterisk', 'sipp']);
    expect(cachedRoot(env)).toBe(path);
    expect(findAsterisk(env)).toEqual({
      root: path,
      asterisk: '/usr/sbin/asterisk',
      modules: '/usr/lib/x86_64-linux-gnu/asterisk/modules',
      sipp: '/usr/sbin/sipp',
    });
  });

  test('where DIALGATE_ASTERISK_ROOT says, rather than in the cache', () => {
    root('asterisk-root', ['asterisk']);
    const path = root('chosen', ['asterisk']);
    const env = { PATH: '', DIALGATE_CACHE: folder, DIALGATE_ASTERISK_ROOT: path };
    expect(findAsterisk(env)).toMatchObject({ root: path, sipp: null });
  });

  test('not in a root that has no Asterisk, or an interrupted one', () => {
    root('asterisk-root', ['sipp']);
    expect(findAsterisk({ PATH: '', DIALGATE_CACHE: folder })).toBeUndefined();
  });
});
