/** One line of a chart: a value for each place on the x axis, null where there is none. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const colours = ['#1b6ca8', '#c8553d', '#4f7942', '#8a6fb0'];
const size = { width: 640, height: 360, left: 70, right: 20, top: 50, bottom: 50 };

/** A small line chart as SVG, from zero up. */
export function lineChart(
  title: string,
  axes: { readonly x: string; readonly y: string },
  series: readonly Series[],
): string {
  const points = series.flatMap((each) => each.points);
  const most = {
    x: round(Math.max(1, ...points.map(([x]) => x))),
    y: round(Math.max(...points.map(([, y]) => y), Number.MIN_VALUE)),
  };
  const { width, height, left, right, top, bottom } = size;
  const px = (x: number): number => left + (x / most.x) * (width - left - right);
  const py = (y: number): number => height - bottom - (y / most.y) * (height - top - bottom);
  const text = (x: number, y: number, words: string, more = ''): string =>
    `<text x="${x}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<path d="M${left} ${py(share * most.y).toFixed(1)}H${width - right}" stroke="#ddd"/>`,
    text(left - 8, py(share * most.y) + 4, label(share * most.y), 'text-anchor="end"'),
    text(px(share * most.x), height - bottom + 18, label(share * most.x), 'text-anchor="middle"'),
  ]);
  const lines = series.flatMap(({ name, points: own }, index) => {
    const colour = colours[index % colours.length];
    const path = own.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      text(left + 10 + index * 170, top - 8, name, `fill="${colour}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(left, 20, title, 'font-size="15"'),
    ...grid,
    ...lines,
    text(width - right, height - 10, axes.x, 'text-anchor="end"'),
    text(10, top - 30 + 12, axes.y),
    '</svg>',
    '',
  ].join('\n');
}

/** The next of 1, 2, 2.5, 5 and their tens above the value. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

const label = (value: number): string => String(Number(value.toPrecision(3)));

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
