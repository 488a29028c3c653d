import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monitorCommand } from '../../src/helper/nft/monitor-child.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';

const nft = '/usr/sbin/nft';
const pattern = '^# new generation|^delete element inet t (hosts|nets)';

/** What somebody does to the ruleset, and what is to be heard of it. */
const changes: readonly (readonly [script: string, heard: readonly string[]])[] = [
  ['add table inet t', []],
  ['add set inet t hosts { type ipv4_addr; flags timeout; }', []],
  ['add set inet t nets { type ipv4_addr . inet_proto; flags interval; }', []],
  ['add element inet t hosts { 192.0.2.1, 192.0.2.2 timeout 1h }', []],
  ['add element inet t nets { 198.51.100.0-198.51.100.7 . tcp }', []],
  ['delete element inet t hosts { 192.0.2.1 }', ['hosts']],
  ['delete element inet t nets { 198.51.100.0-198.51.100.7 . tcp }', ['nets']],
  ['add table ip other; delete table ip other', []],
];

describe.skipIf(whyNoNamespaces() !== undefined)('a monitor of the ruleset', () => {
  let space: Namespace;

  beforeEach(() => {
    space = makeNamespace();
  });
  afterEach(() => space.remove());

  async function heardBy(
    perl: string | undefined,
    made: typeof changes,
  ): Promise<(readonly [string, string[]])[]> {
    // it ends its whole group, so it gets one of its own
    const child = space.start('setsid', '/bin/sh', ...monitorCommand(perl, nft, pattern));
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    const generation = (): string | undefined => /^# new generation \d+ .*$/m.exec(text)?.[0];
    const heard = async (): Promise<string | undefined> => {
      for (let n = 0; n < 40 && generation() === undefined; n++) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return generation();
    };
    try {
      // until it listens
      let listens: string | undefined;
      for (let n = 0; n < 100 && listens === undefined; n++) {
        space.run(nft, 'add', 'table', 'inet', 'first');
        space.run(nft, 'delete', 'table', 'inet', 'first');
        listens = await heard();
      }
      for (let known = ''; known !== text;) {
        known = text;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const told: (readonly [string, string[]])[] = [];
      for (const [script] of made) {
        text = '';
        space.run(nft, script);
        expect(await heard()).toMatch(/^# new generation \d+ by process \d+ \(nft\)$/);
        told.push([
          script,
          [...text.matchAll(/^delete element inet t (\w+)/gm)].map(([, set]) => set ?? ''),
        ]);
      }
      return told;
    } finally {
      child.stdin.end();
    }
  }

  it('by Perl tells each change, who made it, and what was lost', async () => {
    expect(await heardBy('/usr/bin/perl', changes)).toEqual(changes);
  });

  it('by nft, where there is no Perl, tells the same; but networks may end it', async () => {
    const some = changes.filter(([script]) => !script.includes('nets {'));
    expect(await heardBy(undefined, some)).toEqual(some);
  });
});
