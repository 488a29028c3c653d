import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyToOpen } from './key-to-open.ts';

/** Every bench by its name: `npm run bench -- NAME` runs it alone. */
const benches: Readonly<Record<string, (words: readonly string[]) => Promise<object>>> = {
  'key-to-open': keyToOpen,
};

const results = join(dirname(fileURLToPath(import.meta.url)), '../../bench/results');

/** Runs all benches, or the one named first, and keeps their figures as JSON. Returns the exit status. */
export async function run(
  words: readonly string[],
  abilities: { readonly namespaces: boolean; readonly nftables: boolean },
): Promise<number> {
  const [name, ...rest] = words;
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
  mkdirSync(results, { recursive: true });
  for (const [each, bench] of Object.entries(benches)) {
    if (name !== undefined && name !== each) continue;
    const figures = await bench(rest);
    writeFileSync(join(results, `${each}.json`), `${JSON.stringify(figures, null, 2)}\n`);
  }
  return 0;
}
