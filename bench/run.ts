import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../lab/package-root.ts';
import { audit } from './audit.ts';
import { calls } from './calls.ts';
import { fastCall } from './fast-call.ts';
import { flood } from './flood.ts';
import { keyToOpen } from './key-to-open.ts';
import { refused } from './refused.ts';
import { rest } from './rest.ts';
import { page } from './page.ts';
import { packetCost } from './packet-cost.ts';
import type { Result } from './result.ts';
import { soak } from './soak.ts';
import { standing } from './standing.ts';
import { timeToOpen } from './time-to-open.ts';
import { wordAfter } from './words.ts';

/** Every bench by its name: `npm run bench -- NAME` runs it alone. */
const benches: Readonly<Record<string, (words: readonly string[]) => Promise<Result>>> = {
  'key-to-open': keyToOpen,
  'fast-call': fastCall,
  calls,
  soak,
  refused,
  standing,
  audit,
  rest,
  page,
  'time-to-open': timeToOpen,
  'packet-cost': packetCost,
  flood,
};

const signals = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/**
 * Runs all benches, or the one named first, and keeps their figures as JSON and their
 * charts as SVG, in bench/results or where `--into FOLDER` says. Returns the exit status.
 */
export async function run(
  words: readonly string[],
  abilities: { readonly namespaces: boolean; readonly nftables: boolean },
): Promise<number> {
  const [first, ...rest] = words;
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(
      `npm run bench [-- NAME [words of its own]] [--into FOLDER]\n` +
        `All of them, or one: ${Object.keys(benches).join(', ')}.\n` +
        `What each measures, how long it takes and its words: bench/README.md.\n`,
    );
    return 0;
  }
  const name = first?.startsWith('--') ? undefined : first;
  if (name !== undefined && !(name in benches)) {
    process.stderr.write(
      `There is no bench "${name}"; there are: ${Object.keys(benches).join(', ')}.\n`,
    );
    return 2;
  }
  if (!abilities.namespaces || !abilities.nftables) {
    process.stderr.write(
      'The benches need network namespaces and nftables, which this kernel refuses.\n',
    );
    return 1;
  }
  const into = resolve(wordAfter(words, '--into') ?? join(packageRoot, 'bench/results'));
  mkdirSync(into, { recursive: true });
  // by `exit`, so that scratch folders go; processes and networks end with this one
  for (const [signal, status] of signals) process.once(signal, () => process.exit(status));
  for (const [each, bench] of Object.entries(benches)) {
    if (name !== undefined && name !== each) continue;
    const { figures, charts = {} } = await bench(name === undefined ? [] : rest);
    writeFileSync(join(into, `${each}.json`), `${JSON.stringify(figures, null, 2)}\n`);
    for (const [chart, svg] of Object.entries(charts))
      writeFileSync(join(into, `${chart}.svg`), svg);
  }
  return 0;
}
