import type { Result } from '../result.ts';
import { percentilesOf, spreadOf } from '../statistics.ts';
import { table } from '../table.ts';
import type { Fired } from './shots.ts';

export interface Contestant {
  readonly what: 'list' | 'pairs';
  readonly connections: number;
  readonly by: 'dialgate' | 'bare';
}

export interface Run {
  readonly contestant: Contestant;
  readonly fired: Fired[];
}

interface Row extends Contestant {
  /** Status of the answers: 201 are openings, 200 the others. */
  readonly request: string;
  /** Requests; the median of the rounds. */
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const requests = {
  list: { '200': 'GET /v1/grants' },
  pairs: { '201': 'POST /v1/grants', '200': 'DELETE /v1/grants/…' },
} as const;

export function reportRest(
  runs: readonly Run[],
  { delays, listeners }: { readonly delays: readonly number[]; readonly listeners: number },
  how: { readonly rounds: number; readonly seconds: number },
): Result {
  const rows = runs.flatMap(({ contestant, fired }) =>
    Object.entries(requests[contestant.what]).map(([status, request]): Row => {
      refuseOthers(contestant, fired);
      const rates = fired.map(({ times, seconds }) => (times[status]?.length ?? 0) / seconds);
      const all = fired.flatMap(({ times }) => times[status] ?? []);
      return { ...contestant, request, perSecond: spreadOf(rates).median, ...percentilesOf(all) };
    }),
  );
  const events = { listeners, ...percentilesOf(delays) };
  process.stdout.write(
    `${table(
      [
        'request',
        'clients',
        'by',
        'a second',
        'p50 ms',
        'p99 ms',
        'max ms',
        'rate of bare',
        'p50 of bare',
        'p99 of bare',
      ],
      rows.map((row) => cells(row, rows)),
    )}\n\nGET /v1/events, ${listeners} listeners: an event is there after ${events.p50.toFixed(1)} ms (p50), ${events.p99.toFixed(1)} (p99), ${events.max.toFixed(1)} at most\n`,
  );
  return { figures: { ...how, rows, events } };
}

/** A refusal is quick, and must not count as good. */
function refuseOthers({ what, by }: Contestant, fired: readonly Fired[]): void {
  const statuses = new Set(fired.flatMap(({ times }) => Object.keys(times)));
  const others = [...statuses].filter((status) => !(status in requests[what]));
  if (others.length > 0) throw new Error(`${by} has answered ${others.join(', ')}`);
}

function cells(row: Row, rows: readonly Row[]): string[] {
  const { request, connections, by, perSecond, p50, p99, max } = row;
  const bare = rows.find(
    (other) =>
      other.by === 'bare' && other.request === request && other.connections === connections,
  );
  const times = (a: number, b = Number.NaN): string =>
    by === 'bare' ? '' : `× ${(a / b).toFixed(2)}`;
  return [
    ...[request, String(connections), by, perSecond.toFixed(0)],
    ...[p50, p99, max].map((ms) => ms.toFixed(2)),
    ...[times(perSecond, bare?.perSecond), times(p50, bare?.p50), times(p99, bare?.p99)],
  ];
}
