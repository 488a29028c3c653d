import { resolve } from 'node:path';
import { recordAbilities } from '../lab/setup/abilities.mjs';
import { ensureBuild } from '../lab/setup/build.mjs';

/** Tests start the compiled programs, so these must be of today's sources; and they ask what the kernel allows. */
export default async function setup(): Promise<void> {
  const root = resolve(import.meta.dirname, '..');
  await ensureBuild(root);
  await recordAbilities(root);
}
