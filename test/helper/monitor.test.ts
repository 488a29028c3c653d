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

/** Version 1.0.6 of nft itself falls over networks, now and then, and tells no more. */
const withoutNetworks = changes.filter(([script]) => !script.includes(' nets '));

describe.skipIf(whyNoNamespaces() !== undefined)('a monitor of the ruleset', () => {
  let space: Namespace;

  beforeEach(() => {
    space = makeNamespace();
  });
  afterEach(() => space.remove());

  async function heardBy(
    perl: string | undefined,
    asked: typeof changes,
  ): Promise<(readonly [string, string[]])[]> {
    // it ends its whole group, so it gets one of its own
    const child = space.start('setsid', '/bin/sh', ...monitorCommand(perl, nft, pattern));
    let text = '';
    const isSilent = (): boolean => text === '';
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
      for (let n = 0; n < 100 && isSilent(); n++) {
        space.run(nft, 'add', 'table', 'inet', 'first');
        space.run(nft, 'delete', 'table', 'inet', 'first');
        await heard();
      }
      for (let known = ''; known !== text;) {
        known = text;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const told: (readonly [string, string[]])[] = [];
      for (const [script] of asked) {
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

  it.each([
    ['by Perl', '/usr/bin/perl', changes],
    ['by nft, where there is no Perl', undefined, withoutNetworks],
  ])('%s tells each change, who made it, and what was lost', async (_, perl, asked) => {
    expect(await heardBy(perl, asked)).toEqual(asked);
  });
});
