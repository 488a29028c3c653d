import { callOutcomes, type AuditKind, type AuditRow } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import type { Seconds, Timer } from '../domain/time.ts';

/** What is counted of the record: which rows, and by what of them they are told apart. */
interface Counted {
  readonly kinds: readonly AuditKind[];
  /** The kind itself, or one word of the detail. */
  readonly by?: 'kind' | 'reason' | 'outcome';
  /** What it can be; whatever else comes is counted as `other`, so that no number of names can be made. */
  readonly of?: readonly string[];
}

/** Also those that never came are told, as 0: what appears with its first count has no rise. */
export const tallied = {
  callsEnded: { kinds: ['call-ended'], by: 'outcome', of: callOutcomes },
  accepted: { kinds: ['attempt-accepted'] },
  refused: {
    kinds: ['attempt-refused'],
    by: 'reason',
    of: [
      'unknown-code',
      'wrong-pin',
      'wrong-code',
      'code-used',
      'user-locked',
      'caller-locked',
      'disabled',
      'not-listed',
      'not-attested',
      'changed-meanwhile',
    ],
  },
  lockouts: { kinds: ['lockout-began'] },
  opened: { kinds: ['gate-opened'] },
  openFailed: {
    kinds: ['gate-failed'],
    by: 'reason',
    of: [
      'firewall-unavailable',
      'firewall-refused',
      'store-failed',
      'address-refused',
      'too-many-open',
      'user-disabled',
      'user-changed',
      'conflict',
      'invalid',
      'internal',
    ],
  },
  ended: {
    kinds: ['gate-closed', 'gate-expired', 'gate-renewed'],
    by: 'kind',
    of: ['gate-closed', 'gate-expired', 'gate-renewed'],
  },
  healed: { kinds: ['gate-healed'] },
  requestsRefused: {
    kinds: ['access-refused'],
    by: 'reason',
    of: ['no-token', 'bad-token', 'expired', 'forbidden'],
  },
  checkpointsFailed: { kinds: ['audit-checkpoint-failed'] },
  suspected: { kinds: ['audit-suspect'] },
} as const satisfies Readonly<Record<string, Counted>>;

export type Tallied = keyof typeof tallied;
/** By what they are told apart; `''` where they are not. */
export type TallyCounts = Readonly<Record<Tallied, ReadonlyMap<string, number>>>;

/** Counts what is put on record from its start on: the record tells of everything, whoever did it. */
export interface Tallies {
  /** From the row after the last one that there is now. */
  start(): Promise<void>;
  /** As of now, as far as the record can be read. Never rejects. */
  counts(): Promise<TallyCounts>;
  stop(): void;
}

export interface TalliesParts {
  readonly audit: Pick<AuditLog, 'after' | 'ends' | 'watch'>;
  readonly timer: Timer;
}

/** Rows that come meanwhile are read together, so that a flood costs a look a second. */
const gather: Seconds = 1;
const atOnce = 1000;

export function createTallies({ audit, timer }: TalliesParts): Tallies {
  const counts = zeros();
  let last: number | undefined;
  let due: { cancel(): void } | undefined;
  let unwatch: (() => void) | undefined;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    while (last !== undefined) {
      const rows = await audit.after(last, atOnce);
      for (const row of rows) count(counts, row);
      last = rows.at(-1)?.seq ?? last;
      if (rows.length < atOnce) return;
    }
  }

  /** One at a time; what cannot be read now is read the next time. */
  async function catchUp(): Promise<void> {
    await reading;
    reading ??= read()
      .catch(() => undefined)
      .finally(() => (reading = undefined));
    await reading;
  }

  return {
    async start() {
      last = (await audit.ends()).last ?? 0;
      unwatch = audit.watch(() => {
        due ??= timer(gather, () => {
          due = undefined;
          void catchUp();
        });
      });
    },
    async counts() {
      await catchUp();
      return counts;
    },
    stop() {
      unwatch?.();
      due?.cancel();
      last = undefined;
    },
  };
}

function zeros(): Record<Tallied, Map<string, number>> {
  const counts: Partial<Record<Tallied, Map<string, number>>> = {};
  for (const [name, { of = [''] }] of Object.entries<Counted>(tallied)) {
    counts[name as Tallied] = new Map(of.map((value) => [value, 0]));
  }
  return counts as Record<Tallied, Map<string, number>>;
}

function count(counts: Record<Tallied, Map<string, number>>, row: AuditRow): void {
  for (const [name, { kinds, by, of }] of Object.entries<Counted>(tallied)) {
    if (!kinds.includes(row.kind)) continue;
    const value = by === undefined ? '' : String(by === 'kind' ? row.kind : row.detail?.[by]);
    const known = of === undefined || of.includes(value) ? value : 'other';
    // what was summed up says how many it was
    const { count: many = 1 } = row.detail ?? {};
    const tally = counts[name as Tallied];
    tally.set(known, (tally.get(known) ?? 0) + (typeof many === 'number' ? many : 1));
  }
}
