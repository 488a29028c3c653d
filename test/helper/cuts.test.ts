import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connections } from '../../src/helper/arming/connections.ts';
import { cutsOf } from '../../src/helper/arming/cuts.ts';
import { cutWords } from '../../src/helper/arming/plan.ts';
import { readConfig } from '../../src/helper/config/config.ts';

const config = readConfig(
  JSON.stringify({
    socket: '/run/x/helper.sock',
    services: { web: ['tcp/443', 'udp/443'], ssh: ['tcp/22-23'], sip: ['udp/5060'] },
    trusted: ['198.51.100.0/24', '2001:db8:1::/48'],
    longest: 60,
    mostAddresses: 9,
  }),
);
const from = (address: string, port: number) => ({ address, port });
const cut = (address: string, port: number, letIn: Parameters<typeof cutsOf>[2] = []) =>
  cutsOf([from(address, port)], config, letIn).length > 0;

test('who is neither trusted nor let in is cut, at the ports of services alone', () => {
  expect(cutsOf([from('203.0.113.9', 22), from('203.0.113.9', 22)], config, [])).toEqual([
    { address: '203.0.113.9', port: 22, service: 'ssh' },
  ]);
  expect(cut('203.0.113.9', 23)).toBe(true);
  expect([cut('203.0.113.9', 80), cut('203.0.113.9', 5060)]).toEqual([false, false]);
  expect([cut('198.51.100.200', 22), cut('2001:db8:1:5::9', 443)]).toEqual([false, false]);
  expect(cut('2001:db8:2::9', 443)).toBe(true);
});

test('who is let in to another service is cut all the same', () => {
  const web = [
    { target: '203.0.113.9', services: ['web'] },
    { target: '2001:db8:7:7::/64', services: ['web'] },
    { target: '192.0.2.0/25', services: ['web', 'ssh'] },
  ];
  expect([cut('203.0.113.9', 443, web), cut('203.0.113.9', 22, web)]).toEqual([false, true]);
  expect(cut('2001:db8:7:7:1::2', 443, web)).toBe(false);
  expect(cut('2001:db8:7:8::2', 443, web)).toBe(true);
  expect([cut('192.0.2.127', 22, web), cut('192.0.2.128', 22, web)]).toEqual([false, true]);
});

test('thousands of connections are named in a few lines', () => {
  const many = Array.from({ length: 3000 }, (_, n) => from(`203.0.${n >> 8}.${n & 255}`, 22));
  const words = cutWords(cutsOf(many, config, []));
  expect([words.length, words.at(-1)]).toEqual([21, 'and 2980 more']);
});

test('connections are read as the kernel prints them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dialgate-proc-'));
  const line = (local: string, remote: string, state: string): string =>
    `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1\n`;
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n';
  try {
    writeFileSync(
      join(folder, 'tcp'),
      head +
        line('0A0200C0:0016', '097100CB:C3B1', '01') + // 203.0.113.9, established
        line('0A0200C0:01BB', '097100CB:C3B2', '06') + // time-wait
        line('00000000:0016', '00000000:0000', '0A') + // listening
        line('0100007F:0016', '0100007F:C3B3', '01') + // loopback
        line('0A0200C0:0016', '0A0200C0:C3B4', '01'), // the host with itself
    );
    expect(await connections(folder)).toEqual([from('203.0.113.9', 22)]); // a kernel without IPv6
    writeFileSync(
      join(folder, 'tcp6'),
      head +
        line(
          'B80D0120000000000000000001000000:01BB',
          'B80D0120000007000000000009000000:D000',
          '01',
        ) +
        line(
          '0000000000000000FFFF00000A0200C0:0016',
          '0000000000000000FFFF0000097100CB:D001',
          '01',
        ) +
        line(
          '00000000000000000000000001000000:0016',
          '00000000000000000000000001000000:D002',
          '01',
        ),
    );
    expect((await connections(folder)).slice(1)).toEqual([
      from('2001:db8:7::9', 443),
      from('203.0.113.9', 22),
    ]);
    await expect(connections(join(folder, 'nowhere'))).rejects.toThrow(/ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
