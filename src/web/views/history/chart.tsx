import type uPlot from 'uplot';
import type { chartOptions } from './chart-options.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { curves, drawOrder, heights, type Columns, type CurveKind } from './chart-columns.ts';
import { drawn, further, moved, nearer, type Span, type SpanStep } from './span.ts';

type Library = typeof uPlot;

/** Pixels. */
const height = 220;

/** The chart as a picture one can draw on to zoom; by key, too. Its numbers stand in a table beside it. */
export function Chart({
  columns,
  hidden,
  span,
  onSpan,
}: {
  columns: Columns;
  hidden: ReadonlySet<CurveKind>;
  span: Span & { readonly step: number };
  /** Another span, made of the one that is chosen. */
  onSpan: (step: SpanStep) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const library = useLibrary();
  const look = useLook();
  const [readout, read] = useState('');
  const chosen = useRef(onSpan);
  chosen.current = onSpan;

  useEffect(() => {
    const around = frame.current;
    if (!library || !around) return undefined;
    const plot = new library.Plot(
      library.options(around, {
        columns,
        hidden,
        span,
        onDrawn: (from, to) => chosen.current((_, now) => drawn(from, to, now)),
        onPoint: (index) => read(index === null ? '' : pointWords(columns, index, span.step)),
      }),
      dataOf(columns, hidden, span.step),
      around,
    );
    const watch = new ResizeObserver(() => {
      if (around.clientWidth > 0) plot.setSize({ width: around.clientWidth, height });
    });
    watch.observe(around);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
    // `look` stands for the colours, which are read from the page
  }, [library, look, columns, hidden, span.from, span.to, span.step]);

  const keyed = (event: KeyboardEvent): void => {
    const step = stepByKey(event.key);
    if (!step) return;
    event.preventDefault();
    onSpan(step);
  };
  return (
    <div
      class="chart-frame"
      role="group"
      aria-label="Chart of attempts and grants. Plus and minus zoom, left and right go through time. Its numbers are in the table below."
      tabIndex={0}
      onKeyDown={keyed}
    >
      <div class="chart" ref={frame} aria-hidden="true" />
      <p class="readout" aria-hidden="true">
        {readout || 'Draw over the chart to zoom, or use + and −, ← and →.'}
      </p>
    </div>
  );
}

function stepByKey(key: string): SpanStep | undefined {
  switch (key) {
    case '+':
    case '=':
      return nearer;
    case '-':
      return further;
    case 'ArrowLeft':
      return (span, now) => moved(span, -0.25, now);
    case 'ArrowRight':
      return (span, now) => moved(span, 0.25, now);
    default:
      return undefined;
  }
}

/** Columns are drawn about their middle. */
function dataOf(columns: Columns, hidden: ReadonlySet<CurveKind>, step: number): uPlot.AlignedData {
  const drawnTo = heights(columns, hidden);
  return [
    columns.at.map((at) => at + step / 2),
    ...drawOrder.map((kind) => [...drawnTo[kind]]),
  ] as uPlot.AlignedData;
}

const pointTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

function pointWords({ at, counts }: Columns, index: number, step: number): string {
  const from = (at[index] ?? 0) * 1000;
  const when = pointTime.formatRange(from, from + step * 1000);
  const numbers = curves.map(({ kind, words }) => `${words} ${counts[kind][index] ?? 0}`);
  return `${when}: ${numbers.join(', ')}`;
}

/** The library is fetched when a chart is drawn for the first time. */
function useLibrary() {
  const [loaded, see] = useState<{
    Plot: Library;
    options: typeof chartOptions;
  }>();
  useEffect(() => {
    let wanted = true;
    Promise.all([import('uplot'), import('./chart-options.ts')]).then(
      ([{ default: Plot }, { chartOptions: options }]) => wanted && see({ Plot, options }),
      // without it there are the numbers in the table
      () => undefined,
    );
    return () => void (wanted = false);
  }, []);
  return loaded;
}

/** Changes whenever the page's colours do. */
function useLook(): number {
  const [look, see] = useState(0);
  useEffect(() => {
    const changed = (): void => see((count) => count + 1);
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    const watch = new MutationObserver(changed);
    watch.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      dark.removeEventListener('change', changed);
      watch.disconnect();
    };
  }, []);
  return look;
}
