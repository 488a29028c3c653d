import { beforeEach, expect, test } from 'vitest';
import type { Backend } from '../../src/helper/backend.ts';
import { readConfig } from '../../src/helper/config/config.ts';
import type { Edit } from '../../src/helper/edit.ts';
import { Gate } from '../../src/helper/gate.ts';
import { editLine, firstEditLine } from '../../src/helper/guard/elements.ts';
import { Halt } from '../../src/helper/halt.ts';
import { usualLimits } from './process.ts';

/** Whose connections may go on for a while is decided once, when their leave ends. */
const address = '203.0.113.7';
const config = readConfig(JSON.stringify({ ...usualLimits, socket: '/run/x/helper.sock' }));
const opening = (...services: string[]) => ({
  address,
  services: services.map((service) => ({ service, seconds: 600 })),
});

let lines: string[];
let gate: Gate;

/** The services whose connections are given so many seconds by what nft was told since. */
const given = (seconds: number): string[] => {
  const sets = lines
    .splice(0)
    .flatMap((line) => [
      ...line.matchAll(
        new RegExp(
          `delete element inet dialgate linger4_(\\w+) .*?; add .*? timeout ${seconds}s`,
          'g',
        ),
      ),
    ]);
  return sets.map(([, service = '']) => service);
};

beforeEach(() => {
  lines = [];
  const told = (line: string) => async (): Promise<void> => void lines.push(line);
  const backend: Backend = {
    ensure: async () => false,
    apply: (edit: Edit) => told(editLine('dialgate', edit, 4))(),
    applyFirst: (edit: Edit) => told(firstEditLine('dialgate', edit, true, 4))(),
    list: async () => [{ address, services: [{ service: 'web', seconds: 600, packets: 0 }] }],
    packetsFrom: async () => undefined,
    warnings: () => [],
    watch: () => undefined,
    stop: () => undefined,
  };
  gate = new Gate(config, backend, new Halt(), () => undefined);
});

test('a close lets what was open linger, and a second one nothing', async () => {
  await gate.open(opening('web'), 0);
  expect(given(604)).toEqual(['web']);
  await gate.close(address);
  expect(given(4)).toEqual(['web']);
  await gate.close(address);
  expect(given(4)).toEqual([]);
});

test('opening something else lets only what was open until then linger', async () => {
  await gate.open(opening('sip'), 0);
  await gate.open(opening('web'), 0);
  expect(given(4)).toEqual(['sip']);
  await gate.open(opening('web'), 0);
  expect(given(4)).toEqual([]);
});

test('what a comparison closes lingers', async () => {
  await gate.sync([]);
  expect(given(4)).toEqual(['web']);
});
