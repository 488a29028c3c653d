import { beforeEach, describe, expect, it } from 'vitest';
import { createEntries, type BatchOutcome, type Entries } from '../../src/access/entries.ts';
import type { NewEntryRequest } from '../../src/access/entries.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import type { Actor } from '../../src/domain/attempt.ts';
import type { FirewallLimits, Stores } from '../../src/domain/ports.ts';
import { createMemoryStores } from '../fakes/stores.ts';

const by: Actor = 'token:ops';
const day = 86_400_000;
const now = 1e12;

let stores: Stores;
let limits: FirewallLimits | undefined;
let asked: number;
let rung: (() => void)[];
let changes: number;
let steady: number;
let waits: number[];
let entries: Entries;

beforeEach(() => {
  stores = createMemoryStores();
  limits = {
    services: ['web', 'sip'],
    longest: 3600,
    mostAddresses: 10,
    networks: false,
    standing: { most: 1000, widest4: 16, widest6: 32 },
  };
  [asked, rung, changes, steady, waits] = [0, [], 0, 5000, []];
  entries = createEntries({
    store: stores.entries,
    firewall: {
      limits: async () => {
        asked++;
        return limits ?? Promise.reject(new Error('away'));
      },
    },
    clock: { now: () => now },
    steady: () => steady,
    timer: (seconds, ring) => {
      waits.push(seconds);
      rung.push(ring);
      return { cancel: () => void (rung = rung.filter((one) => one !== ring)) };
    },
    rules: { services: ['web'], most: 500, addresses: () => ({ own: [], alsoAllowed: [] }) },
  });
  entries.onChanged(() => changes++);
});

const host = (n: number): string => `8.8.${n >> 8}.${n & 255}`;
const some = (from: number, to: number): NewEntryRequest[] =>
  Array.from({ length: to - from }, (_, n) => ({
    label: `n${from + n}`,
    target: host(from + n),
    services: ['sip'],
    source: 'import:list',
  }));
const told = (outcomes: readonly BatchOutcome[]): string[] =>
  outcomes.map((one) => (one.kind === 'refused' ? one.error.code : one.kind));
const add = async (...requests: NewEntryRequest[]): Promise<string[]> =>
  told(await entries.addAll(requests, by));
const labels = async (): Promise<string[]> =>
  (await stores.entries.all()).map(({ label }) => label);

describe('a batch of entries', () => {
  it('adds all of them, each on record by itself', async () => {
    expect(await add(...some(0, 130))).toEqual(Array(130).fill('added'));
    const rows = await stores.audit.list({ kind: 'entry-added', limit: 1000 });
    expect(rows).toHaveLength(130);
    expect(rows.at(-1)).toMatchObject({
      actor: by,
      address: host(0),
      detail: { label: 'n0', target: host(0), services: 'sip', source: 'import:list' },
    });
    expect(await entries.named('n129')).toMatchObject({ target: { address: host(129) } });
  });

  it('takes its order, and refuses by the rules for one, at no cost to others', async () => {
    const refusals: [Partial<NewEntryRequest>, string][] = [
      [{ label: 'a b' }, 'invalid'],
      [{ target: '8.8.8' }, 'invalid'],
      [{ target: '10.0.0.1' }, 'address-refused'],
      [{ target: '0.0.0.0/0' }, 'address-refused'],
      [{ target: '8.0.0.0/15' }, 'address-refused'],
      [{ services: ['gopher'] }, 'invalid'],
      [{ expiresAt: now }, 'invalid'],
      [{ expiresAt: now + 3651 * day }, 'invalid'],
      [{ note: 'a\nb' }, 'invalid'],
      [{ source: 'me' }, 'invalid'],
    ];
    const requests = refusals.flatMap(([wrong], n) => [
      { label: `good${n}`, target: host(n) },
      { label: `bad${n}`, target: '8.8.8.8', ...wrong },
    ]);
    const codes = refusals.flatMap(([, code]) => ['added', code]);
    expect(await add(...requests)).toEqual(codes);
    expect(await labels()).toEqual(refusals.map((_, n) => `good${n}`));
    expect(asked).toBe(1);
  });

  it('sent again changes nothing, also where an answer was lost half way', async () => {
    await add(...some(0, 10));
    const before = [await stores.entries.all(), await stores.audit.list({ limit: 100 })];
    expect(await add(...some(0, 10))).toEqual(Array(10).fill('present'));
    expect([await stores.entries.all(), await stores.audit.list({ limit: 100 })]).toEqual(before);
    expect(await add(...some(8, 12))).toEqual(['present', 'present', 'added', 'added']);
  });

  it('says what is different where the label is taken', async () => {
    await add({ label: 'a', target: host(1), services: ['sip', 'web'], note: 'x' });
    const same = { label: 'a', target: host(1), services: ['web', 'sip', 'web'], note: 'x' };
    const others = [{ target: host(2) }, { services: ['sip'] }, { expiresAt: now + day }];
    const [first, ...rest] = await entries.addAll(
      [same, ...others.map((other) => ({ ...same, ...other })), { ...same, note: '' }],
      by,
    );
    expect(first).toEqual({ kind: 'present' });
    const reasons = rest.map((one) => (one.kind === 'refused' ? one.error.message : one.kind));
    const label = 'There is an entry labelled a already, with another';
    expect(reasons).toEqual([
      `${label} target.`,
      `${label} list of services.`,
      `${label} end.`,
      `${label} note.`,
    ]);
  });

  it('has a label twice only once', async () => {
    const [one, other] = [some(1, 2)[0]!, { label: 'n1', target: host(9) }];
    expect(await add(one, one, other)).toEqual(['added', 'present', 'conflict']);
    expect(await stores.entries.count()).toBe(1);
  });

  it('fills what room there is, and what is there already needs none', async () => {
    await add(...some(0, 495));
    expect(await add(...some(490, 505))).toEqual([
      ...Array<string>(5).fill('present'),
      ...Array<string>(5).fill('added'),
      ...Array<string>(5).fill('conflict'),
    ]);
    const [full] = await entries.addAll(some(600, 601), by);
    expect(full).toMatchObject({ error: { message: expect.stringMatching(/500.*entries\.most/) } });
  });

  it('adds no more than the helper lets stand', async () => {
    limits = { ...limits!, standing: { most: 3, widest4: 16, widest6: 32 } };
    expect(await add(...some(0, 4))).toEqual(['added', 'added', 'added', 'conflict']);
    const [full] = await entries.addAll(some(5, 6), by);
    expect(full).toMatchObject({
      error: { message: expect.stringMatching(/3 standing.*helper\.json, standing\.most/) },
    });
    limits = { ...limits, standing: { most: 0, widest4: 16, widest6: 32 } };
    expect(await add(...some(5, 6))).toEqual(['firewall-refused']);
  });

  it('two at once make together what one after the other would', async () => {
    const all = await Promise.all([add(...some(0, 300)), add(...some(200, 600))]);
    const count = (word: string): number => all.flat().filter((one) => one === word).length;
    expect([count('added'), count('present'), count('conflict')]).toEqual([500, 100, 100]);
    expect(await stores.entries.count()).toBe(500);
  });

  it('gives others their turn while it is checked', async () => {
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    await add(...some(0, 500));
    clearInterval(count);
    expect(turns).toBeGreaterThan(2);
  });

  it('is added whole or not at all when the store fails, and can be sent again', async () => {
    const { addAll } = stores.entries;
    stores.entries.addAll = () =>
      Promise.reject(new AccessError('store-failed', 'The disk is full.'));
    await expect(entries.addAll(some(0, 5), by)).rejects.toMatchObject({ code: 'store-failed' });
    stores.entries.addAll = addAll;
    expect(await add(...some(0, 5))).toEqual(Array(5).fill('added'));
  });

  it('tells the gate once for many batches, and at once when an entry is changed', async () => {
    for (let n = 0; n < 10; n++) {
      await add(...some(n * 10, n * 10 + 10));
      steady += 1100;
    }
    expect([changes, rung.length]).toEqual([0, 1]);
    // put off, but not for ever
    expect(waits).toEqual([...Array<number>(9).fill(1), expect.closeTo(0.1, 5)]);
    rung.pop()?.();
    expect(changes).toBe(1);
    await add(...some(0, 10));
    expect(rung).toHaveLength(0);
    await add(...some(200, 210));
    expect(rung).toHaveLength(1);
    await entries.remove('n200', by);
    expect([changes, rung.length]).toEqual([2, 0]);
  });
});
