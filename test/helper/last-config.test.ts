import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Address } from '../../src/domain/address.ts';
import { ConfigError } from '../../src/helper/config/config-values.ts';
import { chooseConfig, type Chosen } from '../../src/helper/config/last-config.ts';
import { HelperClient } from '../../src/firewall/helper-client.ts';
import { makeNamespace, whyNoNamespaces, type Namespace } from '../fixtures/namespace.ts';
import { ownSets } from './hosts.ts';
import { HelperProcess, makeHome, usualLimits } from './process.ts';

const limits = { ...usualLimits, socket: '/run/dialgate-helper/helper.sock' };

describe.skipIf(process.getuid?.() !== 0)('a configuration that is faulty at boot', () => {
  let folder: string;
  let file: string;
  let said: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialgate-last-'));
    file = join(folder, 'helper.json');
    said = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const choose = (state: string | undefined = folder): Chosen =>
    chooseConfig(file, state, (event, { level = '', message = '' } = {}) =>
      said.push(`${event} ${String(level)} ${String(message)}`),
    );
  const write = (changes: object): void =>
    writeFileSync(file, JSON.stringify({ ...limits, ...changes }), { mode: 0o644 });
  const kept = (): { boot: string; text: string } =>
    JSON.parse(readFileSync(join(folder, 'last-config'), 'utf8')) as { boot: string; text: string };
  const hostRestarts = (): void =>
    writeFileSync(join(folder, 'last-config'), JSON.stringify({ ...kept(), boot: 'another' }));

  it('gives way to the last one that worked, and that is said', () => {
    write({ longest: 7200 });
    choose().works();
    hostRestarts();
    write({ longest: 7200, wrong: 1 });
    const { config, works } = choose();
    expect(config.longest).toBe(7200);
    expect(config.standIn).toContain(`${file}: There is no key "wrong"`);
    expect(said).toEqual([`config-refused error ${config.standIn}`]);
    // it is not what root wrote: it stays a stand-in, however often the helper restarts
    works();
    expect(kept().boot).toBe('another');
    expect(choose().config.standIn).toBe(config.standIn);
    write({ longest: 3600 });
    expect(choose().config).toMatchObject({ longest: 3600 });
    expect(choose().config.standIn).toBeUndefined();
  });

  it('is refused later, when the guard stands and somebody is there', () => {
    write({});
    choose().works();
    write({ wrong: 1 });
    expect(() => choose()).toThrow(ConfigError);
    expect(said).toEqual([]);
  });

  it('is refused where none has worked yet, and where none can be used', () => {
    write({ wrong: 1 });
    expect(() => choose()).toThrow(/"wrong"/);
    for (const text of ['', 'not JSON', '{"boot":"another","text":"{}"}', 'null']) {
      writeFileSync(join(folder, 'last-config'), text);
      expect(() => choose(), text).toThrow(/"wrong"/);
    }
  });

  it('does not count as working before the helper runs by it', () => {
    write({});
    choose();
    expect(() => kept()).toThrow(/ENOENT/);
  });

  it('a state folder that cannot be written is said, and no reason not to run', () => {
    write({});
    choose(join(folder, 'missing')).works();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^state-failed error Should helper.json be faulty at the next boot/);
    choose(undefined).works(); // nobody wants it kept
    expect(said).toHaveLength(1);
  });
});

describe.skipIf(whyNoNamespaces() !== undefined)('the helper itself', () => {
  it('keeps what it runs by, and runs by it after a restart of the host', async () => {
    const space = makeNamespace();
    const home = await makeHome();
    const under = ['env', `STATE_DIRECTORY=${home.state}`];
    const last = join(home.state, 'last-config');
    try {
      const first = HelperProcess.launch(space, home, under);
      await first.says('"event":"ready"');
      await vi.waitFor(() => readFileSync(last));
      await first.end();
      home.configure({ ...usualLimits, wrong: 1 });
      const second = HelperProcess.launch(space, home, under);
      await expect(second.says('"event":"ready"')).rejects.toThrow(/"wrong"/);
      expect(second.child.exitCode).toBe(78);
      const { text } = JSON.parse(readFileSync(last, 'utf8')) as { text: string };
      writeFileSync(last, JSON.stringify({ boot: 'another', text }));
      const third = HelperProcess.launch(space, home, under);
      await third.says('"event":"config-refused"');
      await third.says('"event":"ready"');
      await third.end();
    } finally {
      space.remove();
      home.remove();
    }
  });

  const starts = async (
    changes: readonly [before: object, after: object],
    look: (space: Namespace) => void,
    prepare: (space: Namespace) => void = () => undefined,
  ): Promise<void> => {
    const space = makeNamespace();
    const home = await makeHome(changes[0]);
    const under = ['env', `STATE_DIRECTORY=${home.state}`];
    try {
      prepare(space);
      const first = HelperProcess.launch(space, home, under);
      await first.says('"event":"ready"');
      await vi.waitFor(() => readFileSync(join(home.state, 'last-config')));
      const client = new HelperClient({ socket: home.socket });
      await client.open({
        address: '203.0.113.7' as Address,
        services: [{ service: 'sip', seconds: 600 }],
      });
      client.stop();
      await first.end();
      home.configure(changes[1]);
      const second = HelperProcess.launch(space, home, under);
      await second.says('"event":"former-cleared"');
      look(space);
      await second.end();
    } finally {
      space.remove();
      home.remove();
    }
  };

  it('leaves no guard behind when its table is named otherwise', () =>
    starts([usualLimits, { ...usualLimits, table: 'other' }], (space) => {
      const tables = space.run('nft', 'list', 'tables').split('\n').filter(Boolean).toSorted();
      expect(tables).toEqual(['table inet other', 'table inet other_witness']);
    }));

  it('from the guard to sets: the guard is gone, and the table that cuts in its place stays', async () => {
    const space = makeNamespace();
    const home = await makeHome();
    const under = ['env', `STATE_DIRECTORY=${home.state}`];
    try {
      const first = HelperProcess.launch(space, home, under);
      await first.says('"event":"ready"');
      await vi.waitFor(() => readFileSync(join(home.state, 'last-config')));
      await first.end();
      const before = readFileSync(join(home.state, 'last-config'), 'utf8');
      ownSets.before(space);
      home.configure(ownSets.limits);
      const second = HelperProcess.launch(space, home, under);
      await second.says('"event":"ready"');
      await vi.waitFor(() =>
        expect(readFileSync(join(home.state, 'last-config'), 'utf8')).not.toBe(before),
      );
      expect(second.errors).not.toContain('former-cleared');
      const table = space.run('nft', 'list', 'table', 'inet', 'dialgate');
      expect(table).toContain('set shut4_web');
      expect(table).not.toContain('chain strangers');
      await second.end();
    } finally {
      space.remove();
      home.remove();
    }
  });

  it('lets nobody stay in sets of a table that is named no more, whatever those are called', () => {
    const limits = (table: string): object => ({
      ...usualLimits,
      networks: false,
      backend: 'set',
      services: { sip: usualLimits.services.sip },
      set: { table: `inet ${table}`, sets: { sip: { ipv4: 'dg_sip' } } },
    });
    const table = (name: string): string =>
      `table inet ${name} { set dg_sip { type ipv4_addr; flags timeout; counter; size 1124; }; }`;
    return starts(
      [limits('filter'), limits('other')],
      (space) =>
        expect(space.run('nft', 'list', 'set', 'inet', 'filter', 'dg_sip')).not.toContain(
          '203.0.113.7',
        ),
      (space) => void space.run('nft', `${table('filter')}\n${table('other')}`),
    );
  });

  it('lets nobody stay in a set that is named no more', () => {
    const names = (service: string): object => ({ ipv4: `dg_${service}` });
    const limits = {
      ...usualLimits,
      networks: false,
      backend: 'set',
      set: { table: 'inet filter', sets: { web: names('web'), sip: names('sip') } },
    };
    const sets = (name: string): string =>
      `set dg_${name} { type ipv4_addr; flags timeout; counter; size 1124; }`;
    return starts(
      [
        limits,
        {
          ...limits,
          services: { web: usualLimits.services.web },
          set: { table: 'inet filter', sets: { web: names('web') } },
        },
      ],
      (space) =>
        expect(space.run('nft', 'list', 'set', 'inet', 'filter', 'dg_sip')).not.toContain(
          '203.0.113.7',
        ),
      (space) => void space.run('nft', `table inet filter {\n${sets('web')}\n${sets('sip')}\n}`),
    );
  });
});
