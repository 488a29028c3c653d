import { Table } from '../../pieces/table.tsx';
import { Instant } from '../../pieces/times.tsx';
import { durationWords } from '../../time/words.ts';
import { curves, type Columns } from './chart-columns.ts';

/** The chart's numbers, for those who do not see it and those who want them exactly. */
export function ChartTable({ columns, step }: { columns: Columns; step: number }) {
  const rows = columns.at
    .map((at, index) => ({
      at,
      counts: curves.map(({ kind }) => columns.counts[kind][index] ?? 0),
    }))
    .filter(({ counts }) => counts.some((count) => count > 0))
    .toReversed();
  return (
    <details class="chart-table">
      <summary>The same as a table</summary>
      {rows.length === 0 ? (
        <p class="hint">Nothing happened in this time.</p>
      ) : (
        <>
          <p class="hint">
            Each line is {durationWords(step)} long; those in which nothing happened are left out.
          </p>
          <div class="chart-scroll" role="region" aria-label="Numbers of the chart" tabIndex={0}>
            <Table
              caption="Attempts and grants over time"
              rows={rows}
              rowKey={({ at }) => at}
              columns={[
                {
                  name: 'From',
                  cell: ({ at }) => <Instant at={new Date(at * 1000).toISOString()} />,
                },
                ...curves.map(({ words }, index) => ({
                  name: words,
                  kind: 'number' as const,
                  cell: ({ counts }: { counts: readonly number[] }) => counts[index],
                })),
              ]}
            />
          </div>
        </>
      )}
    </details>
  );
}
