import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';

const deploy = resolve(import.meta.dirname, '../../deploy');
const folder = mkdtempSync(join(tmpdir(), 'dialgate-units-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const name of readdirSync(deploy).filter((file) => /\.(service|socket)$/.test(file))) {
  const text = readFileSync(join(deploy, name), 'utf8');
  // node lies where it lies here
  writeFileSync(join(folder, name), text.replaceAll('/usr/bin/node', process.execPath));
}

/** Others that an ordering may close a ring with, ordered as Debian 12 does. */
const others: Readonly<Record<string, string>> = {
  'networking.service': 'After=local-fs.target network-pre.target\nBefore=network.target',
  // on every host that is made from an image
  'cloud-init.service': 'After=networking.service\nBefore=network-online.target sysinit.target',
  'nftables.service': 'Before=network-pre.target\nWants=network-pre.target',
  'netfilter-persistent.service': 'After=local-fs.target\nBefore=network-pre.target',
  'ufw.service': 'After=local-fs.target\nBefore=network-pre.target',
};

function analyze(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:`, LC_ALL: 'C' },
  });
  if (error) throw error;
  return { status, output: `${stdout}${stderr}`.trim() };
}

const lines = (unit: string, key: string): string[] =>
  readFileSync(join(deploy, unit), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .flatMap((line) => line.slice(key.length + 1).split(' '));

describe('the systemd units', () => {
  it.each(readdirSync(deploy).filter((file) => /\.(service|socket)$/.test(file)))(
    '%s has nothing that systemd does not understand',
    (unit) => {
      expect(analyze('verify', '--man=no', `./${unit}`)).toEqual({ status: 0, output: '' });
    },
  );

  it('close no ring of orderings, also where cloud-init has the network up before sysinit.target', () => {
    for (const [name, order] of Object.entries(others)) {
      const service = '[Service]\nType=oneshot\nExecStart=/bin/true\n';
      writeFileSync(join(folder, name), `[Unit]\nDefaultDependencies=no\n${order}\n${service}`);
    }
    const wanted = [...Object.keys(others), 'dialgate-helper.service', 'dialgate.service'];
    writeFileSync(join(folder, 'boot.target'), `[Unit]\nWants=${wanted.join(' ')}\n`);
    expect(analyze('verify', '--man=no', './boot.target')).toEqual({ status: 0, output: '' });
  });

  it('have the guard stand before the network, and after what flushes the ruleset', () => {
    expect(lines('dialgate-helper.service', 'Before')).toContain('network-pre.target');
    expect(lines('dialgate-helper.service', 'Wants')).toContain('network-pre.target');
    expect(lines('dialgate-helper.service', 'After')).toContain('nftables.service');
    const after = ['dialgate-helper.service', 'asterisk.service'];
    expect(lines('dialgate.service', 'After')).toEqual(expect.arrayContaining(after));
    // nothing that dialgate serve can do without keeps it from starting
    for (const key of ['Requires', 'BindsTo', 'Requisite']) {
      expect(lines('dialgate.service', key)).toEqual([]);
    }
  });

  describe('wait for the socket of the helper', () => {
    const socket = join(folder, 'helper.sock');
    const waiting = (pid: number): Promise<number | null> => {
      const child = spawn('sh', [join(deploy, 'await-socket.sh'), socket], {
        env: { ...process.env, MAINPID: String(pid) },
        stdio: 'ignore',
      });
      return new Promise((resolve) => child.once('exit', resolve));
    };

    it('by the script that is named', () => {
      const named = lines('dialgate-helper.service', 'ExecStartPost');
      expect(named).toContain('/opt/dialgate/deploy/await-socket.sh');
    });

    it('until it is there', async () => {
      const began = performance.now();
      const ended = waiting(process.pid);
      const server = createServer();
      await sleep(300);
      server.listen(socket);
      expect(await ended).toBe(0);
      expect(performance.now() - began).toBeGreaterThan(300);
      server.close();
    });

    it('and no longer than the helper lives', async () => {
      const helper = spawn('sleep', ['0.3']);
      expect(await waiting(helper.pid ?? 0)).toBe(1);
    });
  });

  it.each(['dialgate-helper.service', 'dialgate.service'])('%s is never given up', (unit) => {
    expect(lines(unit, 'StartLimitIntervalSec')).toEqual(['0']);
    expect(lines(unit, 'Restart')).toEqual(['always']);
  });

  /**
   * What is left of systemd's scale of exposure (0 to 10), in tenths. The helper: CAP_NET_ADMIN, the host's network,
   * netlink. The server: IP sockets on the host's network. The last: root, without any of its powers.
   * All three: Node writes code while it runs, and nobody has a root filesystem of their own.
   */
  it.each([
    ['dialgate-helper.service', 12],
    ['dialgate.service', 12],
    ['dialgate-unban.service', 8],
  ])('%s is exposed by no more than %i tenths', (unit, most) => {
    const { status, output } = analyze(
      ...['security', '--offline=true', '--no-pager', `--threshold=${most}`, `./${unit}`],
    );
    expect(output).toMatch(/Overall exposure level/);
    expect(status, output).toBe(0);
  });

  it('leave the helper what it needs', () => {
    const unit = 'dialgate-helper.service';
    expect(lines(unit, 'CapabilityBoundingSet')).toEqual(['CAP_NET_ADMIN']);
    expect(lines(unit, 'AmbientCapabilities')).toEqual(['CAP_NET_ADMIN']);
    // Node's compiler; /proc/net and /proc/sys; a capability for this network
    for (const key of ['MemoryDenyWriteExecute', 'ProcSubset', 'PrivateUsers', 'PrivateNetwork']) {
      expect(lines(unit, key), key).toEqual([]);
    }
  });
});
