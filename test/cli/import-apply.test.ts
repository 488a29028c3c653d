import { beforeEach, describe, expect, it } from 'vitest';
import { applyPlan, type Applied } from '../../src/cli/import-apply.ts';
import { progressOn } from '../../src/cli/import-progress.ts';
import { appliedText, planText } from '../../src/cli/import-words.ts';
import { AccessError } from '../../src/domain/access-error.ts';
import type { Address } from '../../src/domain/address.ts';
import type { BatchAnswer } from '../../src/http/entry-answers.ts';
import type { Plan, Planned } from '../../src/import/plan.ts';

const planned = (n: number): Planned => ({
  label: `n${n}`,
  target: { kind: 'host', address: `203.0.${n >> 8}.${n & 255}` as Address },
  services: ['sip'],
  until: n === 0 ? Date.UTC(2027, 5, 30) : null,
  note: 'x',
  remarks: [],
  at: { file: 'list', line: n + 1 },
});
const plan = (count: number): Plan => ({
  entries: Array.from({ length: count }, (_, n) => planned(n)),
  present: [],
  skipped: [],
  left: [],
});

interface Sent {
  readonly entries: readonly { readonly label: string }[];
}
/** The labels that are there. */
let there: Set<string>;
let batches: Sent[];
/** What becomes of each request: undefined carries it out, `lost` does and loses the answer. */
let fates: (Error | 'lost' | undefined)[];
let stop: AbortController;
let told: number[];

beforeEach(() => {
  [there, batches, fates, told] = [new Set(), [], [], []];
  stop = new AbortController();
});

const gone = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const unreachable = new AccessError('internal', 'Nobody answers.', { cause: gone });
const cut = new AccessError('internal', 'Talking failed.', { cause: reset });

function carryOut({ entries }: Sent): BatchAnswer {
  const items = entries.map(({ label }, at) => {
    if (label === 'n7')
      return { at, outcome: 'refused', code: 'address-refused', detail: 'private' } as const;
    const outcome = there.has(label) ? 'present' : 'added';
    there.add(label);
    return { at, outcome } as const;
  });
  const count = (wanted: string): number => items.filter((i) => i.outcome === wanted).length;
  return {
    added: count('added'),
    present: count('present'),
    refused: count('refused'),
    items,
  };
}

const apply = (what: Plan): Promise<Applied> =>
  applyPlan(what, {
    rest: {
      async post<T>(path: string, body: unknown): Promise<T> {
        expect(path).toBe('/v1/entry-batches');
        batches.push(body as Sent);
        const fate = fates.shift();
        if (fate instanceof Error) throw fate;
        const answer = carryOut(body as Sent);
        if (fate === 'lost') throw cut;
        return answer as T;
      },
    },
    source: 'import:list',
    stop: stop.signal,
    progress: (done) => void told.push(done),
    pauses: [0, 0],
  });

describe('applying a plan', () => {
  it('sends batches, tells how far it is, and who was refused', async () => {
    const { entries } = plan(600);
    expect(await apply({ ...plan(0), entries })).toEqual({
      added: 599,
      present: 0,
      failed: [{ label: 'n7', why: 'private' }],
      unsure: 0,
      untried: 0,
      stopped: null,
    });
    expect(batches.map(({ entries }) => entries.length)).toEqual([250, 250, 100]);
    expect(told).toEqual([250, 500, 600]);
    expect(batches[0]?.entries.slice(0, 2)).toEqual([
      {
        label: 'n0',
        target: '203.0.0.0',
        services: ['sip'],
        expiresAt: '2027-06-30T00:00:00.000Z',
        note: 'x',
        source: 'import:list',
      },
      expect.objectContaining({ label: 'n1', expiresAt: null }),
    ]);
  });

  it('goes on where the server was away for a moment or an answer was lost', async () => {
    fates = [undefined, unreachable, unreachable, undefined, 'lost'];
    expect(await apply(plan(600))).toMatchObject({ added: 499, present: 100, stopped: null });
    expect(there.size).toBe(599);
  });

  it('ends where the server stays away, and goes on when it is run again', async () => {
    fates = [undefined, unreachable, unreachable, unreachable];
    const ended = await apply(plan(600));
    expect(ended).toMatchObject({
      added: 249,
      unsure: 0,
      untried: 350,
      stopped: 'Nobody answers.',
    });
    expect(appliedText(ended)).toMatch(
      /^Added: 249 entries\.\nn7 was not.*\n\nStopped before the end: Nobody answers\.\nNot tried: 350 entries\.\nRun it again/,
    );
    expect(await apply(plan(600))).toMatchObject({ added: 350, present: 249, stopped: null });
  });

  it('says what it cannot know where no answer came', async () => {
    fates = [undefined, 'lost', unreachable, unreachable];
    const ended = await apply(plan(600));
    expect(ended).toMatchObject({ added: 249, unsure: 250, untried: 100 });
    expect(appliedText(ended)).toMatch(/Sent, but not answered: 250 entries/);
  });

  it.each(['unauthorized', 'forbidden', 'invalid'] as const)(
    'ends at once where the server says %s',
    async (code) => {
      fates = [undefined, new AccessError(code, 'No.')];
      expect(await apply(plan(600))).toMatchObject({ added: 249, untried: 350, stopped: 'No.' });
      expect(batches).toHaveLength(2);
    },
  );

  it('interrupted, it ends after the batch that is under way', async () => {
    const applied = apply(plan(600));
    stop.abort();
    expect(await applied).toMatchObject({
      added: 249,
      untried: 350,
      stopped: 'It was interrupted.',
    });
    expect(there.size).toBe(249);
  });

  it('interrupted while it waits for the server, it ends', async () => {
    fates = [unreachable, unreachable, unreachable];
    stop.abort();
    expect(await apply(plan(10))).toMatchObject({ added: 0, untried: 10 });
  });
});

it('a plan of a hundred thousand is shown in part, and told whole', () => {
  const lines = planText(plan(100_000)).split('\n');
  expect(lines[0]).toBe('To be added: 100000 entries.');
  expect(lines).toHaveLength(203);
  expect(lines.at(-1)).toBe('… and 99800 more, which --json shows.');
});

describe('progress', () => {
  const heard = (isTTY: boolean, at: readonly number[], total = 1000): string => {
    let [now, text] = [0, ''];
    const write = (some: unknown): boolean => Boolean((text += String(some)));
    const progress = progressOn({ isTTY, write }, () => now);
    at.forEach((time, n) => {
      now = time;
      progress(((n + 1) * total) / at.length, total);
    });
    return text;
  };

  it('is written over on a terminal', () => {
    expect(heard(true, [50, 120, 130, 240, 250])).toBe(
      '\r400 of 1000 entries\r800 of 1000 entries\r1000 of 1000 entries\n',
    );
  });

  it('is a line now and then in a file, and none where it took no time', () => {
    expect(heard(false, [100, 5100, 5200, 9000])).toBe(
      '500 of 1000 entries\n1000 of 1000 entries\n',
    );
    expect([heard(true, [10, 20]), heard(false, [100, 200])]).toEqual(['', '']);
  });
});
