import { describe, expect, it, test } from 'vitest';
import {
  checkpointLine,
  knownCheckpoints,
  parseCheckpoint,
} from '../../src/access/audit/checkpoint-lines.ts';
import { createCheckpoints } from '../../src/access/audit/checkpoints.ts';
import { exportRecord } from '../../src/access/audit/export.ts';
import { createUpkeep } from '../../src/access/audit/upkeep.ts';
import { createRefusedRequests } from '../../src/access/refused-requests.ts';
import type { AuditEntry, AuditRow } from '../../src/domain/attempt.ts';
import type { AuditRemoval, Checkpoint, SealedRow } from '../../src/domain/audit.ts';
import type { CheckpointSink } from '../../src/domain/ports.ts';
import type { Timer } from '../../src/domain/time.ts';
import { testSeal } from '../fixtures/record-seal.ts';

const row = (rest: Partial<SealedRow>): SealedRow => ({
  seq: 1,
  at: Date.UTC(2026, 10, 21),
  actor: 'system',
  kind: 'call-began',
  userId: null,
  grantId: null,
  callId: null,
  address: null,
  caller: null,
  detail: null,
  hash: new Uint8Array(32).fill(0xab),
  ...rest,
});

async function exported(rows: readonly SealedRow[], format: 'ndjson' | 'csv'): Promise<string> {
  let text = '';
  const keeping = {
    extent: async () => ({ first: 1, last: rows.length, unsealed: 0 }),
    select: async () => rows,
  };
  for await (const piece of exportRecord(keeping, {}, format)) text += piece;
  return text;
}

describe('the exported record', () => {
  it('is JSON, a row a line, exact', async () => {
    const detail = { reason: '=1+1', caller: '+15550101' };
    const text = await exported([row({ detail: JSON.stringify(detail), callId: 7 })], 'ndjson');
    expect(text.endsWith('\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      seq: 1,
      at: '2026-11-21T00:00:00.000Z',
      actor: 'system',
      kind: 'call-began',
      userId: null,
      grantId: null,
      callId: 7,
      address: null,
      caller: null,
      detail,
      hash: 'ab'.repeat(32),
    });
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    'is no formula in a spreadsheet: %j',
    async (caller) => {
      const text = await exported([row({ caller })], 'csv');
      const cell = text.split('call-began,,,,,')[1] ?? '';
      expect(cell.startsWith(`'${caller}`) || cell.startsWith(`"'${caller}`)).toBe(true);
    },
  );

  it('keeps commas, quotes and line breaks inside their cell', async () => {
    const text = await exported([row({ detail: '{"a":"x,\\"y\\n"}', actor: 'cli:a\nb' })], 'csv');
    const [head, ...rest] = text.split('\r\n');
    expect(head).toBe('seq,at,actor,kind,userId,grantId,callId,address,caller,detail,hash');
    expect(rest.join('\r\n')).toBe(
      `1,2026-11-21T00:00:00.000Z,"cli:a\nb",call-began,,,,,,"{""a"":""x,\\""y\\n""}",${'ab'.repeat(32)}\r\n`,
    );
  });

  it('shows what somebody has spoilt as it is', async () => {
    const text = await exported([row({ at: 9e15, detail: '{"half', hash: null })], 'ndjson');
    expect(JSON.parse(text)).toMatchObject({
      at: '9000000000000000',
      detail: '{"half',
      hash: null,
    });
  });
});

/** A timer that rings when it is told to. */
function clockwork(): { timer: Timer; ring: () => Promise<void>; waiting: () => number } {
  let rings: (() => void)[] = [];
  return {
    timer: (_, ring) => {
      rings.push(ring);
      return { cancel: () => void (rings = rings.filter((other) => other !== ring)) };
    },
    async ring() {
      const due = rings;
      rings = [];
      for (const one of due) one();
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    waiting: () => rings.length,
  };
}

/** An audit log that remembers. */
function remembering(): { rows: AuditEntry[]; append: (entry: AuditEntry) => Promise<AuditRow> } {
  const rows: AuditEntry[] = [];
  return {
    rows,
    append: async (entry) => {
      rows.push(entry);
      return { ...entry, seq: rows.length };
    },
  };
}

const now = Date.UTC(2026, 10, 21, 12);
const clock = { now: () => now };

describe('checkpoints', () => {
  const made = { seq: 7, at: now, hash: 'ab'.repeat(32) };
  const good: Checkpoint = { ...made, seal: testSeal.checkpoint(made) };

  it('are lines that can be read again', async () => {
    expect(parseCheckpoint(checkpointLine(good))).toEqual(good);
    const known = await knownCheckpoints([checkpointLine(good), '', '{"seq":8,"at'], testSeal);
    expect(known).toMatchObject({ hashes: new Map([[7, made.hash]]), unreadable: 1 });
  });

  it.each([
    { ...good, seq: 8 },
    { ...good, hash: 'cd'.repeat(32) },
    { ...good, at: now + 1000 },
    { ...good, seal: 'cd'.repeat(32) },
  ])('are found out when somebody alters one: %#', async (altered) => {
    expect(
      await knownCheckpoints([checkpointLine(good), checkpointLine(altered)], testSeal),
    ).toMatchObject({ ok: false, why: 'checkpoint-altered' });
  });

  it('are made when there is news, given to all, and a sink that fails is on record once', async () => {
    const { timer, ring, waiting } = clockwork();
    const audit = remembering();
    const kept: Checkpoint[] = [];
    let failing = true;
    const sinks: CheckpointSink[] = [
      {
        name: 'elsewhere',
        put: async () => (failing ? Promise.reject(new Error('away')) : undefined),
      },
      { name: 'here', put: async (checkpoint) => void kept.push(checkpoint) },
    ];
    let seq = 7;
    const checkpoints = createCheckpoints({
      source: {
        lastBlock: async () => ({
          block: 0,
          fromAt: 1,
          toAt: 2,
          lastSeq: seq,
          hash: new Uint8Array(32).fill(0xab),
          seal: new Uint8Array(32),
        }),
      },
      seal: testSeal,
      audit,
      clock,
      timer,
      every: 3600,
      sinks,
      log: () => undefined,
    });
    checkpoints.start();
    await ring();
    expect(kept).toEqual([good]);
    await ring();
    expect(kept).toHaveLength(1); // no news
    seq = 8;
    await ring();
    expect(kept.map((checkpoint) => checkpoint.seq)).toEqual([7, 8]);
    expect(checkpoints.last()).toEqual(kept[1]);
    expect(audit.rows.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['audit-checkpoint-failed', { where: 'elsewhere' }],
    ]);
    failing = false;
    seq = 9;
    await checkpoints.stop();
    expect(kept).toHaveLength(3);
    expect(waiting()).toBe(0);
  });

  it('do not wait for ever for whoever keeps them', async () => {
    const { timer, ring } = clockwork();
    const audit = remembering();
    const checkpoints = createCheckpoints({
      source: { lastBlock: async () => ({ ...block, lastSeq: 3 }) },
      seal: testSeal,
      audit,
      clock,
      timer,
      every: 3600,
      sinks: [{ name: 'silent', put: () => new Promise(() => undefined) }],
      log: () => undefined,
    });
    const making = checkpoints.make();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await ring();
    expect((await making).seq).toBe(3);
    expect(audit.rows).toMatchObject([{ kind: 'audit-checkpoint-failed' }]);
  });
});

const block = {
  block: 0,
  fromAt: 1,
  toAt: 2,
  lastSeq: 1,
  hash: new Uint8Array(32),
  seal: new Uint8Array(32),
};

describe('upkeep', () => {
  const removal = (fromSeq: number, rows: number): AuditRemoval => ({
    fromSeq,
    throughSeq: fromSeq + rows - 1,
    rows,
    fromAt: now - 1000,
    toAt: now - 500,
    kinds: JSON.stringify({ 'call-began': rows }),
    hashBefore: new Uint8Array(32),
    hashAfter: new Uint8Array(32).fill(1),
    at: now,
    seal: new Uint8Array(32),
  });

  async function upkeepOf(
    given: {
      keep?: number;
      mostRows?: number;
      old?: number;
      unsealed?: number;
      last?: number;
      removedTo?: number;
      calls?: number;
    },
    rounds: number,
  ): Promise<{
    audit: AuditEntry[];
    sealed: number;
    cutoffs: number[];
    callers: unknown[];
    forgotten: number[];
    calls: number;
  }> {
    const { timer, ring } = clockwork();
    const audit = remembering();
    let { old = 0, unsealed = 0 } = given;
    let first = 1;
    let sealed = 0;
    let { calls = 0 } = given;
    const forgotten: number[] = [];
    const cutoffs: number[] = [];
    const callers: unknown[] = [];
    const upkeep = createUpkeep({
      keeping: {
        extent: async () => ({ first, last: given.last ?? 1000, unsealed }),
        sealOld: async (limit, _, callerOf) => {
          callers.push(callerOf('{"caller":"+1 555-0101"}'), callerOf('{"caller":"anonymous"}'));
          callers.push(callerOf('{"caller":5}'), callerOf(null));
          const some = Math.min(limit, unsealed);
          unsealed -= some;
          sealed += some;
          return some;
        },
        removeBefore: async (cutoff, limit) => {
          cutoffs.push(cutoff);
          const rows = Math.min(limit, old);
          if (rows === 0) return undefined;
          old -= rows;
          first += rows;
          return removal(first - rows, rows);
        },
      },
      history: {
        removedTo: async () => given.removedTo ?? null,
        forgetBefore: async (cutoff, limit) => {
          forgotten.push(cutoff);
          const rows = Math.min(limit, calls);
          calls -= rows;
          return rows;
        },
      },
      audit,
      clock,
      timer,
      keep: given.keep ?? null,
      mostRows: given.mostRows ?? 1_000_000,
      dialling: { international: '00', trunk: '', country: '' },
      log: () => undefined,
      failed: (message, error) => expect.unreachable(`${message}: ${String(error)}`),
    });
    upkeep.start();
    for (let round = 0; round < rounds; round++) await ring();
    await upkeep.stop();
    return { audit: audit.rows, sealed, cutoffs, callers, forgotten, calls };
  }

  it('seals what is not sealed, and removes nothing unless told to', async () => {
    const { sealed, audit, cutoffs, callers } = await upkeepOf({ unsealed: 1200, old: 50 }, 6);
    expect(sealed).toBe(1200);
    expect([audit, cutoffs]).toEqual([[], []]);
    expect(callers.slice(0, 4)).toEqual(['15550101', 'withheld', null, null]);
  });

  it('removes what is too old in small pieces, and says once what it was', async () => {
    const { audit, cutoffs } = await upkeepOf({ keep: 86_400, old: 1234 }, 8);
    expect(new Set(cutoffs)).toEqual(new Set([now - 86_400_000]));
    expect(audit).toEqual([
      {
        at: now,
        actor: 'system',
        kind: 'audit-removed',
        detail: {
          rows: 1234,
          fromSeq: 1,
          throughSeq: 1234,
          from: new Date(now - 1000).toISOString(),
          to: new Date(now - 500).toISOString(),
          hashBefore: '00'.repeat(32),
          hashAfter: '01'.repeat(32),
          kinds: 'call-began=1234',
        },
      },
    ]);
  });

  it('calls and grants go with what the record had about them, and known telephones stay known', async () => {
    const days = 86_400_000;
    const long = await upkeepOf({ removedTo: now - 100 * days, calls: 600 }, 6);
    expect(long.calls).toBe(0);
    expect(new Set(long.forgotten)).toEqual(new Set([now - 100 * days]));
    const short = await upkeepOf({ removedTo: now - days, calls: 600 }, 6);
    expect(new Set(short.forgotten)).toEqual(new Set([now - 90 * days]));
    const nothing = await upkeepOf({ calls: 600 }, 6);
    expect([nothing.calls, nothing.forgotten]).toEqual([600, []]);
  });

  it('removes the oldest where there are too many, and some more', async () => {
    const { audit } = await upkeepOf({ mostRows: 10_000, last: 10_300, old: 99_999 }, 8);
    expect(audit).toMatchObject([{ kind: 'audit-removed', detail: { rows: 400 } }]);
  });
});

test('requests that are refused are put on record one by one, and a flood of them summed up', async () => {
  const { timer, ring } = clockwork();
  const audit = remembering();
  const alarms: unknown[] = [];
  const refused = createRefusedRequests({
    audit,
    clock,
    timer,
    alarm: (_, details) => void alarms.push(details),
  });
  refused.note({
    reason: 'forbidden',
    from: '192.0.2.1',
    by: 'token:eyes',
    what: 'DELETE /v1/grants/:id',
  });
  for (let n = 0; n < 1000; n++) refused.note({ reason: 'bad-token', from: `192.0.2.${n % 20}` });
  await ring();
  await refused.stop();
  expect(audit.rows).toHaveLength(5);
  expect(audit.rows[0]).toEqual({
    at: now,
    actor: 'token:eyes',
    kind: 'access-refused',
    detail: { reason: 'forbidden', from: '192.0.2.1', what: 'DELETE /v1/grants/:id' },
  });
  expect(audit.rows[4]?.detail).toEqual({ reason: 'bad-token', count: 997, addresses: 20 });
  expect(alarms).toHaveLength(1);
});
