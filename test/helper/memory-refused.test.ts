import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Backend } from '../../src/helper/backend.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import { CutTable } from '../../src/helper/cut/cut-table.ts';
import { CuttingBackend } from '../../src/helper/cut/cutting-backend.ts';
import { Halt } from '../../src/helper/halt.ts';
import { NftShell } from '../../src/helper/nft/nft-shell.ts';
import { Transactions } from '../../src/helper/nft/transactions.ts';
import { limitsOf } from '../../src/helper/gate.ts';
import { usualLimits } from './process.ts';

const config = readConfig(JSON.stringify({ ...usualLimits, socket: '/run/x/helper.sock' }));
let folder: string;
let shell: NftShell;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialgate-memory-'));
});
afterEach(() => {
  shell.stop();
  rmSync(folder, { recursive: true });
});

/** An nft whose kernel has no part of what our table needs. */
const refusing = `#!/bin/sh
case "$1" in
  list) echo "Error: No such file or directory" >&2 ;;
  *) echo "Error: Could not process rule: Operation not supported" >&2 ;;
esac
exit 1
`;

test('where the kernel refuses our own table the sets are kept all the same, and it is said once', async () => {
  const nft = join(folder, 'nft');
  writeFileSync(nft, refusing, { mode: 0o755 });
  shell = new NftShell(nft);
  const logged: string[] = [];
  const backend: Backend = {
    ensure: async () => true,
    apply: async () => undefined,
    applyFirst: async () => undefined,
    list: async () => [],
    packetsFrom: async () => undefined,
    warnings: () => [],
    watch: () => undefined,
    stop: () => undefined,
  };
  const transactions = new Transactions(shell, async () => undefined, limitsOf(config), new Halt());
  const cutting = new CuttingBackend({
    backend,
    config,
    conntrack: '/bin/true',
    memory: { table: new CutTable(nft, config), transactions },
    log: (event) => void logged.push(event),
  });
  expect([await cutting.ensure(), await cutting.ensure()]).toEqual([true, true]);
  expect(cutting.warnings()).toEqual([
    expect.stringMatching(/^The table inet dialgate does not stand .*Operation not supported/),
  ]);
  expect(logged.filter((event) => event === 'cuts-in-part')).toHaveLength(1);
});
