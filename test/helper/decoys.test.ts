import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pickDecoys, pickPort } from '../../src/helper/recording/decoys.ts';
import { portsInUse } from '../../src/helper/recording/ports-in-use.ts';
import { fc } from '../property.ts';

describe('decoys', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  const wanted = fc.uniqueArray(port, { minLength: 1, maxLength: 3 });

  it('are over a hundred free ports, never a wanted one, and the neighbours are among them', () => {
    fc.assert(
      fc.property(wanted, fc.uniqueArray(port, { maxLength: 50 }), (ports, taken) => {
        const isFree = (one: number): boolean => !taken.includes(one);
        const decoys = pickDecoys(ports, isFree);
        expect(decoys.length).toBeGreaterThanOrEqual(128);
        expect(decoys.every((one) => one >= 1 && one <= 65_535 && isFree(one))).toBe(true);
        expect(decoys.filter((one) => ports.includes(one) || one === 80 || one === 443)).toEqual(
          [],
        );
        const beside = (ports[0] ?? 0) + 1;
        const fit = beside <= 65_535 && ![...ports, ...taken, 80, 443].includes(beside);
        expect(decoys.includes(beside)).toBe(fit);
      }),
      { numRuns: 50 },
    );
  });

  it('lie where the port was chosen', () => {
    const range = { first: 50_000, last: 51_100 };
    const chosen = pickPort(range, () => true);
    const decoys = pickDecoys(chosen, () => true, range);
    expect([...chosen, ...decoys].filter((one) => one < 49_998 || one > 51_102)).toEqual([]);
  });

  it('are few or none where hardly any port is free, and the choice ends', () => {
    expect(pickPort({ first: 1, last: 65_535 }, () => false)).toEqual([]);
    expect(pickDecoys([1000], (one) => one > 65_000 && one < 65_010).length).toBeLessThan(10);
  });
});

it('knows the ports of listening sockets of both kinds and families', async () => {
  const tcp4 = createServer().listen(0, '127.0.0.1');
  const tcp6 = createServer().listen(0, '::1');
  const udp4 = createSocket('udp4').bind(0, '127.0.0.1');
  const udp6 = createSocket('udp6').bind(0, '::1');
  const all = [tcp4, tcp6, udp4, udp6];
  await Promise.all(all.map((one) => once(one, 'listening')));
  const ports = all.map((one) => (one.address() as AddressInfo).port);
  const used = await portsInUse();
  expect(ports.filter((one) => !used.has(one))).toEqual([]);
  all.forEach((one) => one.close());
});

describe('where the sockets of the host cannot all be seen', () => {
  const header = '  sl  local_address rem_address   st\n';
  const socket = '   0: 0100007F:0050 00000000:0000 0A\n';
  let folder: string;
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialgate-proc-'));
    for (const name of ['tcp', 'tcp6', 'udp', 'udp6']) write(name, header);
    write('tcp', header + socket);
    write('if_inet6', '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['tcp', 'tcp6', 'udp', 'udp6'])('no port is free without %s', async (name) => {
    expect([...(await portsInUse(folder))]).toEqual([80]);
    const refusal = {
      code: 'kernel',
      message: expect.stringMatching(new RegExp(`/${name} \\(.*nothing is recorded`)),
    };
    rmSync(join(folder, name));
    await expect(portsInUse(folder)).rejects.toMatchObject(refusal);
    write(name, '');
    await expect(portsInUse(folder)).rejects.toMatchObject(refusal);
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    await expect(portsInUse(folder)).rejects.toMatchObject(refusal);
  });

  it('a kernel without IPv6 has nothing more to show', async () => {
    for (const name of ['tcp6', 'udp6', 'if_inet6']) rmSync(join(folder, name));
    expect([...(await portsInUse(folder))]).toEqual([80]);
  });

  it('no port is free without any of it', async () => {
    await expect(portsInUse(join(folder, 'none'))).rejects.toMatchObject({ code: 'kernel' });
  });
});
