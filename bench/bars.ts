import { colours, escaped } from './chart.ts';

/** One bar: the median, with the least and the most as a thin line. */
export interface Bar {
  readonly name: string;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

const size = { width: 640, left: 230, right: 90, top: 56, row: 26, bottom: 16 };

/** Lying bars from zero, as SVG on white, each with its median. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
  const { width, left, right, top, row, bottom } = size;
  const height = top + bars.length * row + bottom;
  const px = (value: number): string => (left + (value / most) * (width - left - right)).toFixed(1);
  const lines = bars.flatMap(({ name, min, median, max }, index) => {
    const middle = top + index * row + row / 2;
    const label = Number(median.toPrecision(3)).toLocaleString('en-GB');
    return [
      `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`,
      `<path d="M${left} ${middle - 8}H${px(median)}V${middle + 8}H${left}Z" fill="${colours[0]}"/>`,
      `<path d="M${px(min)} ${middle}H${px(max)}M${px(min)} ${middle - 4}v8M${px(max)} ${middle - 4}v8" stroke="#222" fill="none"/>`,
      `<text x="${Number(px(max)) + 8}" y="${middle + 4}">${label}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="10" y="22" font-size="15">${escaped(title)}</text>`,
    `<text x="10" y="42">${escaped(unit)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
