import { useMemo, useRef, useState } from 'preact/hooks';
import { useAsked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';
import { Button } from '../../pieces/button.tsx';
import { Note, ProblemNote } from '../../pieces/notes.tsx';
import { Instant } from '../../pieces/times.tsx';
import { setFilters, usePlace } from '../../router.tsx';
import { useNow } from '../../time/clock.ts';
import { Callers } from './callers.tsx';
import { Chart } from './chart.tsx';
import { ChartTable } from './chart-table.tsx';
import { columnsOf, curves, drawOrder, totals, type CurveKind } from './chart-columns.ts';
import { spanOf, spanText } from './chosen-span.ts';
import { aboutOf, readCounts, type ListName } from './counts.ts';
import {
  further,
  moved,
  nearer,
  usualSpans,
  wholeColumns,
  type Span,
  type SpanStep,
} from './span.ts';

/** Happenings come at once; this is for what was missed. ms. */
const slow = 60_000;

/** Attempts and grants over time, as the list below is filtered, and the callers who failed in it. */
export function Overview({ list }: { list: ListName }) {
  const { query } = usePlace();
  // a usual span goes on with the time: a minute late is early enough, happenings come at once
  const now = useNow(60_000);
  const chosen = spanOf(query.get('span'), now);
  const span = wholeColumns(chosen);
  const about = aboutOf(list, query);
  const narrowed = Object.keys(about).length > 0;
  const hide = query.get('hide') ?? '';
  const hidden = useMemo(() => hiddenOf(hide), [hide]);
  const asked = useAsked(`counts ${span.from} ${span.to} ${JSON.stringify(about)}`, (signal) =>
    readCounts(span, about, signal),
  );
  const [last, keep] = useState(asked.value);
  // the columns before stay until the next have come: the chart does not blink
  if (asked.value && asked.value !== last) keep(asked.value);
  const counted = asked.value ?? last;
  useKept(drawOrder, asked, slow);
  const columns = useMemo(
    () => columnsOf(counted?.items ?? [], counted?.span ?? span),
    // before the first answer there is nothing to count
    [counted],
  );
  const sums = totals(columns);
  // the next key may come before this is drawn anew
  const latest = useRef<Span>(chosen);
  latest.current = chosen;
  const see = (step: SpanStep): void => {
    latest.current = step(latest.current, Date.now());
    setFilters({ span: spanText(latest.current) });
  };
  const turn = (kind: CurveKind): void => {
    const after = hidden.has(kind) ? [...hidden].filter((one) => one !== kind) : [...hidden, kind];
    setFilters({ hide: after.join(',') });
  };

  return (
    <div class="overview">
      <section class="panel chart-panel" aria-labelledby="chart-title">
        <header>
          <h2 id="chart-title">Attempts and grants</h2>
          <div class="buttons" role="group" aria-label="Span of the chart">
            {usualSpans.map(({ name, words }) => (
              <Button
                key={name}
                kind="quiet"
                aria-pressed={chosen.name === name}
                onClick={() => setFilters({ span: name })}
              >
                {words}
              </Button>
            ))}
            <Button
              kind="quiet"
              aria-label="Earlier"
              icon="back"
              onClick={() => see((one, at) => moved(one, -0.5, at))}
            />
            <Button
              kind="quiet"
              aria-label="Later"
              icon="next"
              onClick={() => see((one, at) => moved(one, 0.5, at))}
            />
            <Button kind="quiet" aria-label="Zoom in" onClick={() => see(nearer)}>
              +
            </Button>
            <Button kind="quiet" aria-label="Zoom out" onClick={() => see(further)}>
              −
            </Button>
          </div>
        </header>
        <div class="curves" role="group" aria-label="What the chart shows">
          {curves.map(({ kind, words }) => (
            <label key={kind} class={`curve ${kind}`}>
              <input type="checkbox" checked={!hidden.has(kind)} onChange={() => turn(kind)} />
              <span class="swatch" aria-hidden="true" />
              {words} <b>{sums[kind].toLocaleString()}</b>
            </label>
          ))}
        </div>
        {narrowed && <p class="hint">Only what the filter of the list below lets through.</p>}
        {/* of what cannot be filtered by, the list tells */}
        {asked.problem && !(narrowed && asked.problem.code === 'invalid') && (
          <ProblemNote problem={asked.problem} again={asked.again} />
        )}
        {counted?.countedFrom && (
          <Note kind="warn">
            <p>
              Before <Instant at={counted.countedFrom} /> not all was counted: it would be too much
              at once. Zoom in to see it.
            </p>
          </Note>
        )}
        <Chart columns={columns} hidden={hidden} span={counted?.span ?? span} onSpan={see} />
        <ChartTable columns={columns} step={(counted?.span ?? span).step} />
        <p class="hint">
          <button
            type="button"
            class="as-link"
            onClick={() =>
              setFilters({
                show: undefined,
                from: new Date(chosen.from).toISOString(),
                to: new Date(chosen.to).toISOString(),
              })
            }
          >
            The lines of this time
          </button>
        </p>
      </section>
      <Callers span={span} />
    </div>
  );
}

function hiddenOf(text: string): ReadonlySet<CurveKind> {
  const names = new Set(text.split(','));
  return new Set(curves.map(({ kind }) => kind).filter((kind) => names.has(kind)));
}
