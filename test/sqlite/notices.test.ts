import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../../src/domain/attempt.ts';
import { open, openStores, newPath } from './workshop.ts';

const rule = { oneByOne: 3, within: 600, mostWaiting: 5 };
const hour = 3_600_000;
const row = (seq: number, kind: AuditRow['kind'] = 'lockout-began'): AuditRow => ({
  seq,
  at: 1000,
  actor: 'system',
  kind,
  detail: { text: 'zażółć "\u202e\0' },
});
const to = (receiver: 'webhook:a' | 'webhook:b' | 'mail:c', seq: number) => ({
  receiver,
  about: row(seq),
});
const failing = { at: 5, actor: 'system', kind: 'notification-failed' } as const;

function queue() {
  const stores = openStores();
  return { ...stores, queue: stores.notices };
}

describe('the queue of notices', () => {
  it('goes on from where the cursor stands, and from nowhere else', async () => {
    const { queue: notices, close } = queue();
    expect(await notices.cursor()).toBeUndefined();
    expect(await notices.fill(0, 4, [to('webhook:a', 1)], 1, rule)).toBe(false);
    await notices.setCursor(0);
    expect(await notices.fill(0, 4, [to('webhook:a', 1)], 1, rule)).toBe(true);
    expect(await notices.fill(0, 4, [to('webhook:a', 1)], 1, rule)).toBe(false);
    expect(await notices.cursor()).toBe(4);
    expect(await notices.page({ limit: 10 })).toMatchObject([
      { receiver: 'webhook:a', about: row(1), count: 1, state: 'waiting', tries: 0, why: null },
    ]);
    await notices.setCursor(undefined);
    expect(await notices.cursor()).toBeUndefined();
    close();
  });

  it('gives the oldest of each receiver, and adds to nothing that was tried', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    const some = [to('webhook:a', 1), to('webhook:a', 2), to('webhook:b', 2)];
    await notices.fill(0, 2, some, 1000, rule);
    const heads = await notices.heads(1000, 1000 + hour);
    expect(heads).toEqual([
      { id: 1, receiver: 'webhook:a' },
      { id: 3, receiver: 'webhook:b' },
    ]);
    expect(await notices.begin(1)).toMatchObject({ id: 1, tries: 1 });
    await notices.sent(1, 2000);
    expect(await notices.begin(1)).toBeUndefined();
    await notices.sent(1, 9000); // a second time changes nothing
    expect((await notices.page({ state: 'sent', limit: 5 }))[0]).toMatchObject({ endedAt: 2000 });
    expect(await notices.heads(1000, 1000 + hour)).toMatchObject([{ id: 2 }, { id: 3 }]);
    close();
  });

  it('sums up what comes too often, for as long as nobody has begun to send it', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    for (let seq = 1; seq <= 10; seq++) {
      await notices.fill(seq - 1, seq, [to('webhook:a', seq)], 1000, rule);
    }
    const sum = (await notices.page({ limit: 1 }))[0];
    expect(sum).toMatchObject({ id: 4, count: 7, about: { seq: 10 } });
    for (const id of [1, 2, 3]) await notices.sent(id, 1000);
    expect(await notices.heads(1000, 1000 + hour)).toEqual([]);
    expect(await notices.nextAt(1000)).toBe(601_000);
    expect(await notices.heads(601_000, 601_000 + hour)).toMatchObject([{ id: 4 }]);
    await notices.begin(4);
    await notices.fill(10, 11, [to('webhook:a', 11)], 601_000, rule);
    expect((await notices.page({ limit: 9 })).map(({ count }) => count)).toEqual([1, 7, 1, 1, 1]);
    close();
  });

  it('takes no more than its room for a receiver, whatever comes', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    for (let n = 1; n <= 40; n++) {
      const about = row(n, n % 2 === 0 ? 'lockout-began' : 'brake-began');
      await notices.fill(n - 1, n, [{ receiver: 'mail:c', about }], n * hour, rule);
    }
    const waiting = await notices.page({ limit: 100 });
    expect(waiting).toHaveLength(5);
    expect(waiting.reduce((sum, { count }) => sum + count, 0)).toBe(40);
    close();
  });

  it('takes no more than its room though all of it has failed; with more in it, it is another', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    for (let n = 1; n <= 40; n++) {
      await notices.fill(n - 1, n, [to('webhook:a', n)], n * hour, rule);
      const before = await notices.page({ limit: 100 });
      for (const { id } of before) {
        const { delivery, tries } = (await notices.begin(id)) ?? {};
        expect(tries === 1 || before.some((one) => one.delivery === delivery)).toBe(true);
        await notices.tried(id, 'HTTP 500', n * hour, n * hour + 5000);
      }
    }
    const waiting = await notices.page({ limit: 100 });
    expect(waiting).toHaveLength(5);
    expect(waiting.reduce((sum, { count }) => sum + count, 0)).toBe(40);
    // under way: what comes now is not in it
    const [last] = waiting;
    if (!last) throw new Error('nothing waits');
    for (const { id } of waiting) await notices.begin(id);
    await notices.fill(40, 41, [to('webhook:a', 41)], 41 * hour, rule);
    expect(await notices.page({ limit: 100 })).toHaveLength(6);
    for (const { id } of waiting) await notices.tried(id, 'HTTP 500', 41 * hour, 42 * hour);
    await notices.begin((await notices.page({ limit: 1 }))[0]?.id ?? 0);
    await notices.fill(41, 42, [to('webhook:a', 42)], 41 * hour, rule);
    const added = (await notices.page({ limit: 2 }))[1];
    expect(added).toMatchObject({ id: last.id, count: last.count + 1, about: { seq: 42 } });
    expect(added?.delivery).not.toBe(last.delivery);
    close();
  });

  it('holds back what has failed until its time, and gives the one that was tried least', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    const some = [1, 2, 3].map((seq) => to('webhook:a', seq));
    await notices.fill(0, 3, some, 1000, rule);
    const heads = async (now: number) => (await notices.heads(now, now + hour)).map(({ id }) => id);
    await notices.begin(1);
    await notices.tried(1, 'HTTP 500', 1000, 6000);
    expect(await heads(1000)).toEqual([2]);
    expect(await notices.nextAt(1000)).toBe(6000);
    expect(await heads(6000)).toEqual([1]);
    expect(await notices.leastTried('webhook:a', 6000, hour)).toBe(2);
    for (const id of [2, 3]) {
      await notices.begin(id);
      await notices.tried(id, 'HTTP 500', 6000, 9000);
    }
    expect(await notices.leastTried('webhook:a', 6000, hour)).toBe(1);
    expect(await notices.leastTried('webhook:b', 6000, hour)).toBeUndefined();
    // the clock is set back by more than any wait
    await notices.tried(1, 'HTTP 500', 500, 5500);
    expect(await heads(500)).toEqual([]);
    expect(await heads(5500)).toEqual([1]);
    close();
  });

  it('lets nothing wait for a clock that was set back', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    for (let seq = 1; seq <= 4; seq++) {
      await notices.fill(seq - 1, seq, [to('webhook:a', seq)], 30 * hour, rule);
    }
    expect(await notices.heads(hour, 2 * hour)).toMatchObject([{ id: 1 }]);
    for (const id of [1, 2, 3]) await notices.sent(id, 1);
    expect(await notices.heads(hour, 2 * hour)).toMatchObject([{ id: 4 }]);
    close();
  });

  it('gives up one, or all that are too old, and puts it on record once', async () => {
    const { queue: notices, audit, close } = queue();
    await notices.setCursor(0);
    const some = [1, 2, 3].map((seq) => to('webhook:a', seq));
    await notices.fill(0, 3, [...some, to('webhook:b', 3)], 1000, rule);
    expect(await notices.giveUp({ id: 2 }, 'HTTP 410', failing)).toBe(1);
    expect(await notices.giveUp({ id: 2 }, 'HTTP 410', failing)).toBe(0);
    const old = { receiver: 'webhook:a', before: 1001 } as const;
    const detail = { receiver: 'webhook:a' };
    expect(await notices.giveUp(old, 'HTTP 500', { ...failing, detail })).toBe(2);
    expect(
      await notices.giveUp({ ...old, receiver: 'webhook:b', before: 1000 }, 'x', failing),
    ).toBe(0);
    expect(await notices.counts()).toEqual({ waiting: 1, oldestAt: 1000, failed: 3 });
    expect((await audit.list({ limit: 9 })).map((entry) => entry.detail)).toEqual([
      { receiver: 'webhook:a', count: 2 },
      { count: 1 },
    ]);
    await notices.forget(9e12, 4);
    expect(await notices.counts()).toMatchObject({ failed: 3 });
    await notices.forget(9e12, 6);
    expect(await notices.counts()).toMatchObject({ waiting: 1, failed: 0 });
    close();
  });

  it('forgets what waits for those who are gone; users stay where users are told', async () => {
    const { queue: notices, close } = queue();
    await notices.setCursor(0);
    const user = { receiver: 'user:7', about: row(1) } as const;
    await notices.fill(0, 1, [to('webhook:a', 1), to('webhook:b', 1), user], 1, rule);
    expect(await notices.keepOnly(['webhook:a'], true)).toBe(1);
    expect(await notices.keepOnly(['webhook:a'], false)).toBe(1);
    expect(await notices.counts()).toMatchObject({ waiting: 1 });
    close();
  });
});

it('an e-mail address that is none is refused by the schema, too', () => {
  const database = open(newPath());
  const insert = database.prepare(
    `INSERT INTO users (name, services, knock_code_lookup, pin_hash, created_at, email)
     VALUES ('mira', '[]', 'a', 'b', 1, ?)`,
  );
  for (const bad of ['', 'mira', '@x', 'x@', 'a b@c', 'a@b\nc', 'ü@example.net', 'a@b\0c']) {
    expect(() => insert.run(bad)).toThrow(/CHECK/);
  }
  insert.run('mira@example.net');
  database.close();
});
