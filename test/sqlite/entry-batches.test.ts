import { expect, it } from 'vitest';
import type { WantedEntry } from '../../src/domain/ports.ts';
import type { Address } from '../../src/domain/address.ts';
import { createStores } from '../../src/sqlite/stores.ts';
import { testSeal } from '../fixtures/record-seal.ts';
import { verify } from './audit-workshop.ts';
import { open } from './workshop.ts';

const wanted = (n: number, expiresAt: number | null = null): WantedEntry => {
  const address = `198.51.${n >> 8}.${n & 255}` as Address;
  const label = `n${n}`;
  return {
    entry: {
      ...{ label, target: { kind: 'host', address }, services: [], expiresAt },
      ...{ note: '', source: 'import:list', createdAt: n },
    },
    audit: { at: n, actor: 'token:ops', kind: 'entry-added', address, detail: { label } },
  };
};
const range = (from: number, to: number): WantedEntry[] =>
  Array.from({ length: to - from }, (_, n) => wanted(from + n));

it('each of a batch has its row in the chain, also over the end of a block', async () => {
  const database = open(':memory:');
  const { entries } = createStores(database, testSeal);
  await entries.addAll(range(0, 4090), 1e6);
  await entries.addAll(range(4080, 4110), 1e6);
  expect(await verify(database)).toMatchObject({ ok: true, rows: 4110, lastSeq: 4110 });
  database.close();
});

it('a batch that cannot be written leaves the chain as it was, to go on from there', async () => {
  const database = open(':memory:');
  const { entries } = createStores(database, testSeal);
  await entries.addAll(range(0, 5), 1e6);
  const before = await verify(database);
  await expect(entries.addAll([...range(5, 10), wanted(10, Number.NaN)], 1e6)).rejects.toThrow();
  expect(await verify(database)).toEqual(before);
  await entries.addAll(range(5, 8), 1e6);
  expect(await verify(database)).toMatchObject({ ok: true, rows: 8, lastSeq: 8 });
  database.close();
});
