import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { builtEntry } from '../fixtures/built.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { ownSets } from '../helper/hosts.ts';

describe.skipIf(whyNoNamespaces() !== undefined)('dialgate doctor, as it is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-doctor-'));
  let space: Namespace;
  let program: string;
  beforeAll(async () => {
    space = makeNamespace();
    ownSets.before(space);
    program = await builtEntry('bin/dialgate');
    const limits = { ...ownSets.limits, socket: join(folder, 'helper.sock') };
    writeFileSync(join(folder, 'helper.json'), JSON.stringify(limits), { mode: 0o644 });
  });
  afterAll(() => {
    space.remove();
    rmSync(folder, { recursive: true });
  });

  it('works with nothing running, and finds the firewall of its host', () => {
    const config = join(folder, 'dialgate.yaml');
    const words = [program, '--config', config, 'doctor', '--json'];
    const { status, stdout } = spawnSync(
      'ip',
      ['netns', 'exec', space.name, process.execPath, ...words],
      { encoding: 'utf8', timeout: 60_000 },
    );
    const findings = JSON.parse(stdout) as Finding[];
    const told = (level: Finding['level']): string =>
      findings.flatMap((one) => (one.level === level ? [one.what] : [])).join('\n');
    expect(status).toBe(1);
    expect(told('bad')).toMatch(/There is no configuration at/);
    expect(told('bad')).toMatch(/dialgate-helper cannot be reached/);
    expect(told('warn')).toMatch(/dialgate serve cannot be reached/);
    expect(told('ok')).toMatch(/helper\.json chooses sets in your table inet filter, for web, sip/);
    expect(told('ok')).toMatch(/"set" fits/);
  });
});
