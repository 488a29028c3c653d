import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBoot } from './boot.ts';
import { boots } from './boots.ts';
import { Proof } from './proof.ts';
import { makeTree } from './tree.ts';

/**
 * Boots a Debian with dialgate on it time and again; `root` is the Debian's root filesystem.
 * Returns the exit status. What the guest had and said is kept where something failed.
 */
export async function run(root: string): Promise<number> {
  const out = (line: string): void => void process.stdout.write(`${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-boot-'));
  const proof = new Proof(out);
  let finished = false;
  try {
    await makeTree(root, folder);
    for (const plan of boots) await runBoot(proof, folder, plan);
    finished = true;
  } finally {
    if (finished && proof.failed === 0) rmSync(folder, { recursive: true, force: true });
    else out(`Kept for you to look at, and to remove: ${folder}`);
  }
  return proof.close();
}
