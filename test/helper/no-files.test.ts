import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { builtEntry } from '../fixtures/built.ts';

/** Starts a program in each way that the helper knows, while no file can be opened, and once more after that. */
const starter = `
  const folder = process.argv[1];
  const { openSync, closeSync } = await import('node:fs');
  const { runProgram } = await import(folder + '/program.js');
  const { NftShell } = await import(folder + '/nft/nft-shell.js');
  const { MonitorChild } = await import(folder + '/nft/monitor-child.js');
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch {}
  const shell = new NftShell('/bin/cat');
  const monitor = new MonitorChild({
    nft: '/bin/cat',
    pattern: 'x',
    line: () => {},
    gap: () => {
      monitor.stop();
      console.log('the monitor was started again');
    },
  });
  monitor.start();
  await runProgram('/bin/true', []).catch((error) => console.log(error.code));
  await shell.run('list tables').catch((error) => console.log(error.message));
  taken.forEach(closeSync);
  console.log((await runProgram('/bin/echo', ['as before'])).output.trim());
  shell.stop();
`;

it('a helper that cannot open files any more says so, and lives', async () => {
  const folder = dirname(await builtEntry('helper/main'));
  const limited = 'ulimit -n 64; exec "$0" --input-type=module --eval "$1" "$2"';
  const said = execFileSync('/bin/sh', ['-c', limited, process.execPath, starter, folder], {
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 20_000,
  });
  expect(said.trim().split('\n')).toEqual([
    'EMFILE',
    'nft could not be started.',
    'as before',
    'the monitor was started again',
  ]);
});
