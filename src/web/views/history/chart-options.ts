import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { curves, drawOrder, type Columns, type CurveKind } from './chart-columns.ts';
import type { Span } from './span.ts';

/** Pixels. */
const height = 220;

/** How the chart is drawn, in the colours that the page has now. */
export function chartOptions(
  around: HTMLElement,
  given: {
    columns: Columns;
    hidden: ReadonlySet<CurveKind>;
    span: Span;
    /** Milliseconds since 1970, in any order. */
    onDrawn: (from: number, to: number) => void;
    onPoint: (index: number | null) => void;
  },
): uPlot.Options {
  const { hidden, span } = given;
  const colours = coloursIn(around);
  const axis = {
    stroke: colours('--chart-ink'),
    grid: { stroke: colours('--chart-grid'), width: 1 },
    ticks: { stroke: colours('--chart-grid'), width: 1 },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: Math.max(around.clientWidth, 200),
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, range: () => [span.from / 1000, span.to / 1000] },
      y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))] },
    },
    axes: [
      { ...axis, space: 80, values: (_plot, splits) => timeWords(splits) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000] },
    ],
    series: [{}, ...drawOrder.map((kind) => seriesOf(kind, hidden, colours))],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          given.onDrawn(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [(plot) => given.onPoint(plot.cursor.idx ?? null)],
    },
  };
}

function seriesOf(
  kind: CurveKind,
  hidden: ReadonlySet<CurveKind>,
  colours: (name: string) => string,
): uPlot.Series {
  const curve = curves.find((one) => one.kind === kind);
  const colour = colours(curve?.colour ?? '--chart-ink');
  const show = !hidden.has(kind);
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], radius: 0.15 });
  if (curve?.stacked && bars) {
    return { show, fill: colour, stroke: colour, width: 0, paths: bars, points: { show: false } };
  }
  return {
    show,
    stroke: colour,
    // points alone: a line would climb from nothing to nothing all the time
    paths: () => null,
    points: { show: true, size: 8, fill: colour, filter: onlySome },
  };
}

/** A point for each column in which there was something; none for the long rows of nothing. */
const onlySome = (plot: uPlot, series: number): number[] =>
  [...(plot.data[series] ?? [])].flatMap((value, index) => ((value ?? 0) > 0 ? [index] : []));

/** A canvas knows no custom properties: they are read through an element that has them. */
function coloursIn(around: HTMLElement): (name: string) => string {
  return (name) => {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    around.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayOfMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** In the browser's own zone and manner: the day where a day begins or is all that is told apart. */
function timeWords(splits: readonly number[]): string[] {
  const day = 86_400;
  const apart = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((at, index) => {
    const date = new Date(at * 1000);
    if (apart >= day) return dayOfMonth.format(date);
    const before = splits[index - 1];
    const isNewDay =
      before === undefined || new Date(before * 1000).toDateString() !== date.toDateString();
    return isNewDay
      ? `${clockTime.format(date)}\n${dayOfMonth.format(date)}`
      : clockTime.format(date);
  });
}
