/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axes {
  readonly x: string;
  readonly y: string;
  /** Axes on which each step is ten times the one before; all values on them must be above 0. */
  readonly log?: 'x' | 'y' | 'both';
}

/** From values to pixels, with the values to be marked. */
interface Scale {
  readonly marks: readonly number[];
  /** From 0 to 1. */
  share(value: number): number;
}

export const colours = ['#1b6ca8', '#c8553d', '#4f7942', '#8a6fb0', '#a06a00', '#555', '#00868b'];
const size = { width: 640, height: 360, left: 80, right: 36, top: 54, bottom: 50 };
const legendLine = 16;
/** More points than this are a course, and have no dots. */
const mostDots = 12;

/** A small line chart as SVG, on white, so that it can be read on a dark page too. */
export function lineChart(title: string, axes: Axes, series: readonly Series[]): string {
  const points = series.flatMap((each) => each.points);
  const scaleOf = (axis: 'x' | 'y', values: readonly number[]): Scale =>
    axes.log === axis || axes.log === 'both' ? logarithmic(values) : fromZero(values);
  const x = scaleOf(
    'x',
    points.map(([value]) => value),
  );
  const y = scaleOf(
    'y',
    points.map(([, value]) => value),
  );
  const { width, height, left, right, bottom } = size;
  const rows = legendRows(series.map(({ name }) => name));
  const top = size.top + (Math.max(...rows.map(({ row }) => row)) + 1) * legendLine + 8;
  const px = (value: number): number => left + x.share(value) * (width - left - right);
  const py = (value: number): number => height - bottom - y.share(value) * (height - top - bottom);
  const text = (atX: number, atY: number, words: string, more = ''): string =>
    `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" ${more}>${escaped(words)}</text>`;
  const grid = [
    ...y.marks.flatMap((mark) => [
      `<path d="M${left} ${py(mark).toFixed(1)}H${width - right}" stroke="#ddd"/>`,
      text(left - 8, py(mark) + 4, label(mark), 'text-anchor="end"'),
    ]),
    ...x.marks.map((mark) =>
      text(px(mark), height - bottom + 18, label(mark), 'text-anchor="middle"'),
    ),
  ];
  const lines = series.flatMap(({ name, points: own }, index) => {
    const colour = colours[index % colours.length];
    const at = own.map(([a, b]) => [px(a).toFixed(1), py(b).toFixed(1)] as const);
    const { row = 0, start = 0 } = rows[index] ?? {};
    return [
      `<polyline points="${at.map((one) => one.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...(at.length > mostDots
        ? []
        : at.map(([a, b]) => `<circle cx="${a}" cy="${b}" r="3" fill="${colour}"/>`)),
      text(left + start, size.top - 8 + row * legendLine, `● ${name}`, `fill="${colour}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(left, 22, title, 'font-size="15"'),
    ...grid,
    ...lines,
    text(width - right, height - 10, axes.x, 'text-anchor="end"'),
    text(10, top - 12, axes.y),
    '</svg>',
    '',
  ].join('\n');
}

/** Names one after the other, and on a new line where they would not fit. */
function legendRows(names: readonly string[]): { row: number; start: number }[] {
  const room = size.width - size.left - size.right;
  let [row, end] = [0, 0];
  return names.map((name) => {
    const wide = 7 * name.length + 30;
    if (end > 0 && end + wide > room) [row, end] = [row + 1, 0];
    const start = end;
    end += wide;
    return { row, start };
  });
}

function fromZero(values: readonly number[]): Scale {
  const most = round(Math.max(...values, Number.MIN_VALUE));
  return {
    marks: [0, 0.25, 0.5, 0.75, 1].map((share) => share * most),
    share: (value) => value / most,
  };
}

/** From the power of ten below the least to the one above the most. */
function logarithmic(values: readonly number[]): Scale {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    marks: Array.from({ length: most - least + 1 }, (_, n) => 10 ** (least + n)),
    share: (value) => (Math.log10(value) - least) / (most - least),
  };
}

const steps = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10];

/** The next value above whose quarters are short numbers. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return steps.map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

const label = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-GB');

export const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
