import { resolve } from 'node:path';
import { ensureBuild } from '../lab/setup/build.mjs';

/** Tests start the compiled programs, so these must be of today's sources. */
export default async function setup(): Promise<void> {
  await ensureBuild(resolve(import.meta.dirname, '..'));
}
