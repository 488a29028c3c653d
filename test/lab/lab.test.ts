import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { knockPlan } from '../../lab/call.ts';
import { packageRoot } from '../../lab/package-root.ts';
import { roles, wrongPrivileges } from '../../lab/processes.ts';
import { privilegesOf } from '../../lab/process-table.ts';
import { startLab } from '../../lab/start-lab.ts';
import { clearDeadLabs, labsOnRecord } from '../../lab/state.ts';
import { kernelAllows } from '../fixtures/abilities.ts';
import { machineTraces, tracesOf } from './traces.ts';

describe.skipIf(!kernelAllows.firewall)('the lab', () => {
  test('comes up with its privileges dropped, and goes without a trace', async () => {
    const before = machineTraces();
    const lab = await startLab();
    try {
      expect(wrongPrivileges(privilegesOf(lab.serve.pid), roles.serve)).toBeUndefined();
      expect(wrongPrivileges(privilegesOf(lab.helper.pid), roles.helper)).toBeUndefined();
      const asterisk = privilegesOf(lab.asterisk.pid);
      expect(asterisk.uid).not.toBe(0);
      expect(asterisk.capabilities | asterisk.bounding).toBe(0n);
      expect(await lab.places.roaming.tryConnect(lab.server, 443)).toBe('dropped');
      // the machine's own network and firewall know nothing of it
      expect(machineTraces()).toEqual(before);
      expect(tracesOf(lab.id)).not.toEqual([]);
    } finally {
      await lab.stop();
    }
    expect(tracesOf(lab.id)).toEqual([]);
    expect(machineTraces()).toEqual(before);
  });

  test('runs beside another, each with its own gate', async () => {
    const [one, other] = await Promise.all([startLab(), startLab()]);
    try {
      const grant = { user: one.user.name, address: '203.0.113.7' };
      expect((await one.rest('POST', '/v1/grants', grant)).status).toBe(201);
      expect(await one.places.roaming.tryConnect(one.server, 443)).toBe('in');
      expect(await other.places.roaming.tryConnect(other.server, 443)).toBe('dropped');
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });

  test('that fails half way leaves nothing', async () => {
    const mine = (): string[] =>
      labsOnRecord()
        .filter(({ record }) => record.owner.pid === process.pid)
        .map(({ record }) => record.id);
    const ids = new Set<string>();
    const progress = (): void => mine().forEach((id) => ids.add(id));
    const config = { database: '/dev/null/dialgate.db' };
    await expect(startLab({ config, progress })).rejects.toThrow('/dev/null');
    const badHelper = { longest: 0 };
    await expect(startLab({ helperConfig: badHelper, progress })).rejects.toThrow('longest');
    expect(ids.size).toBe(2);
    expect([...ids].flatMap(tracesOf)).toEqual([]);
    expect(mine()).toEqual([]);
  });

  test('that is killed is cleaned up by the next start, and living ones are left alone', async () => {
    const script = `
      const { startLab } = await import(${JSON.stringify(
        pathToFileURL(join(packageRoot, 'dist/lab/start-lab.js')).href,
      )});
      const lab = await startLab();
      process.stdout.write(lab.id + '\\n');
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(owner.stdout, 'data')) as [Buffer];
    const id = chunk.toString().trim();
    await clearDeadLabs();
    expect(tracesOf(id).filter((trace) => trace.startsWith('/run/netns'))).toHaveLength(3);

    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(tracesOf(id)).not.toEqual([]);
    const cleared = await clearDeadLabs();
    // another test's lab may have been quicker
    expect(tracesOf(id), `cleared: ${cleared.join(' ')}`).toEqual([]);
  });
});

test('without namespaces the same call is taken, on loopback', async () => {
  const lab = await startLab({ dryRun: true });
  try {
    const call = lab.call(knockPlan({ ...lab.user, address: '203.0.113.7' }));
    await lab.serve.log.waitFor(
      'the opening',
      ({ fields }) => fields['prompt'] === 'opened',
      60_000,
    );
    const { body } = await lab.rest('GET', '/v1/grants');
    expect(body.items).toMatchObject([{ userName: lab.user.name, address: '203.0.113.7' }]);
    call.kill();
    await call.ended;
  } finally {
    await lab.stop();
  }
  expect(tracesOf(lab.id)).toEqual([]);
});
