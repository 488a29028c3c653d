import type { CountsAnswer } from '../../../http/answers/counts.ts';
import type { Kind } from '../../api/kinds.ts';

/** What the chart shows, from the bottom to the top; the first two stand upon each other. */
export const curves = [
  { kind: 'attempt-accepted', words: 'Attempts accepted', colour: '--chart-good', stacked: true },
  { kind: 'attempt-refused', words: 'Attempts refused', colour: '--chart-bad', stacked: true },
  { kind: 'gate-opened', words: 'Grants opened', colour: '--chart-line', stacked: false },
  { kind: 'lockout-began', words: 'Lockouts', colour: '--chart-other', stacked: false },
] as const satisfies readonly {
  kind: Kind;
  words: string;
  colour: string;
  stacked: boolean;
}[];
export type CurveKind = (typeof curves)[number]['kind'];

/** A column of time, as GET /v1/audit/counts answers it. */
export type Counted = CountsAnswer['items'][number];

export interface Columns {
  /** When each begins, in seconds since 1970, rising. */
  readonly at: readonly number[];
  /** By kind: how many in each. */
  readonly counts: Readonly<Record<CurveKind, readonly number[]>>;
}

/** One entry for every column of the span, whether anything was counted there or not. */
export function columnsOf(
  items: readonly Counted[],
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): Columns {
  const length = Math.max(0, Math.round((to - from) / (step * 1000)));
  const at = Array.from({ length }, (_, index) => from / 1000 + index * step);
  const counts = Object.fromEntries(
    curves.map(({ kind }) => [kind, Array.from({ length }, () => 0)]),
  ) as Record<CurveKind, number[]>;
  for (const item of items) {
    const index = Math.floor((Date.parse(item.at) - from) / (step * 1000));
    if (index < 0 || index >= length) continue;
    for (const { kind } of curves) {
      counts[kind][index] = (counts[kind][index] ?? 0) + (item.counts[kind] ?? 0);
    }
  }
  return { at, counts };
}

/** What is drawn for each curve: those that are stacked reach as high as all that is shown below them. */
export function heights(
  { counts }: Columns,
  hidden: ReadonlySet<CurveKind>,
): Readonly<Record<CurveKind, readonly number[]>> {
  const below: number[] = [];
  return Object.fromEntries(
    curves.map(({ kind, stacked }) => {
      const own = counts[kind];
      if (!stacked || hidden.has(kind)) return [kind, own];
      return [kind, own.map((count, at) => (below[at] = (below[at] ?? 0) + count))];
    }),
  ) as Record<CurveKind, readonly number[]>;
}

export function totals({ counts }: Columns): Readonly<Record<CurveKind, number>> {
  return Object.fromEntries(
    curves.map(({ kind }) => [kind, counts[kind].reduce((sum, count) => sum + count, 0)]),
  ) as Record<CurveKind, number>;
}

/** What is stacked highest is drawn first, and what stands below it over it. */
export const drawOrder: readonly CurveKind[] = [
  ...curves.filter(({ stacked }) => stacked).toReversed(),
  ...curves.filter(({ stacked }) => !stacked),
].map(({ kind }) => kind);
