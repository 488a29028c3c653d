import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { StandingDigest } from '../../src/firewall/wire-standing.ts';
import { Standing } from '../../src/helper/standing/standing.ts';

it('takes no more networks than can be written in one go, and says so of each', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-networks-'));
  const placed: string[] = [];
  const standing = new Standing({
    limits: {
      services: ['rtp', 'sip'],
      longest: 86_400,
      mostAddresses: 10,
      networks: true,
      standing: { most: 100, widest4: 16, widest6: 32 },
    },
    place: {
      hosts: () => Promise.resolve(),
      networks: (all) => {
        placed.push(...all.map(({ network }) => network));
        return Promise.resolve();
      },
      elementsOf: (service) => (service === 'sip' ? 20_000 : 10_000),
    },
    folder,
    halted: () => false,
    log: () => undefined,
  });
  try {
    const entries = [0, 16, 32, 48].map((n) => `203.0.113.${n}/28 rtp,sip 0`).toSorted();
    const digest = new StandingDigest();
    digest.add(entries);
    const part = { digest: digest.text(), part: 0, parts: 1, entries };
    const stood = await standing.take(part);
    expect(placed).toHaveLength(3);
    expect(stood?.failed).toEqual([
      {
        target: entries[3]?.split(' ')[0],
        reason: expect.stringMatching(/100000 elements at most/),
      },
    ]);
  } finally {
    standing.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
