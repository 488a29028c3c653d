import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NftLost, NftRefused, NftShell } from '../../src/helper/nft/nft-shell.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';

describe.skipIf(whyNoNamespaces() !== undefined)('NftShell', () => {
  let space: Namespace;
  let folder: string;
  let nft: string;
  let shell: NftShell;

  beforeAll(() => {
    space = makeNamespace();
    folder = mkdtempSync(join(tmpdir(), 'dialgate-nft-'));
    nft = join(folder, 'nft');
    // nft as the helper sees it, in a namespace that the test runner is not in
    writeFileSync(nft, `#!/bin/sh\nexec ip netns exec ${space.name} nft "$@"\n`, { mode: 0o755 });
  });
  afterEach(() => shell.stop());
  afterAll(() => {
    space.remove();
    rmSync(folder, { recursive: true });
  });

  it('answers in order, each with its own output or refusal', async () => {
    shell = new NftShell(nft);
    const answers = await Promise.allSettled([
      shell.run('add table inet a'),
      shell.run('list tables'),
      shell.run('no such command'),
      shell.run('add chain inet absent c'),
      shell.run('delete table inet a'),
      shell.run('list tables'),
    ]);
    expect(answers.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))).toEqual([
      '',
      'table inet a\n',
      expect.any(NftRefused),
      expect.objectContaining({ message: expect.stringMatching(/No such file or directory/) }),
      '',
      '',
    ]);
  });

  it('carries out all of a line or nothing', async () => {
    shell = new NftShell(nft);
    await expect(shell.run('add table inet b; add chain inet absent c')).rejects.toThrow(
      NftRefused,
    );
    expect(await shell.run('list tables')).toBe('');
  });

  it('takes a new nft when the old one has had its share', async () => {
    shell = new NftShell(nft, 50);
    for (let n = 0; n < 20; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      expect(await shell.run('list tables')).toBe('');
    }
  });

  it('says so in time when nft does not answer, and goes on', async () => {
    const hanging = join(folder, 'hanging');
    writeFileSync(hanging, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    shell = new NftShell(hanging);
    const began = performance.now();
    await expect(shell.run('list tables', 100)).rejects.toThrow(NftLost);
    await expect(shell.run('list tables', 100)).rejects.toThrow(/within 100 ms/);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('rejects when nft cannot be started, and everything once it is stopped', async () => {
    shell = new NftShell('/nowhere/nft');
    await expect(shell.run('list tables')).rejects.toThrow(NftLost);
    const waiting = [shell.run('list tables'), shell.run('list tables')];
    shell.stop();
    for (const one of await Promise.allSettled(waiting)) expect(one.status).toBe('rejected');
    await expect(shell.run('list tables')).rejects.toThrow(/stopping/);
  });
});
