/** A piece of time on the chart, in milliseconds since 1970; `to` is not in it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** The usual ones, with what their buttons say. */
export const usualSpans = [
  { name: '24h', words: '24 hours', seconds: day },
  { name: '7d', words: '7 days', seconds: 7 * day },
  { name: '30d', words: '30 days', seconds: 30 * day },
] as const;

/** Lengths of one column, in seconds: what people count time in. */
const steps = [
  1,
  5,
  15,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  7 * day,
  30 * day,
] as const;

/** More are thinner than what one can point at. */
const mostColumns = 120;
/** Less shows nothing that the list below would not. Milliseconds. */
const shortest = 60_000;
/** Milliseconds. */
const longest = 3 * 365 * day * 1000;

/** The length of a column for a span, in seconds. */
export function stepFor({ from, to }: Span): number {
  const seconds = (to - from) / 1000;
  return steps.find((step) => seconds / step <= mostColumns) ?? 30 * day;
}

/** The span widened so that its ends are those of columns. */
export function wholeColumns(span: Span): Span & { readonly step: number } {
  const step = stepFor(span);
  const length = step * 1000;
  return {
    from: Math.floor(span.from / length) * length,
    to: Math.ceil(span.to / length) * length,
    step,
  };
}

/** Nearer by half, or further away by double, about its middle; never into the future. */
export function zoomed({ from, to }: Span, factor: number, now: number): Span {
  const middle = (from + to) / 2;
  const half = Math.min(Math.max(((to - from) * factor) / 2, shortest / 2), longest / 2);
  return notBeyond({ from: middle - half, to: middle + half }, now);
}

/** Makes another span of one, at a time beyond which nothing can be. */
export type SpanStep = (span: Span, now: number) => Span;

export const nearer: SpanStep = (span, now) => zoomed(span, 0.5, now);
export const further: SpanStep = (span, now) => zoomed(span, 2, now);

/** To the side, by a part of itself: −0.25 is a quarter back. */
export function moved({ from, to }: Span, part: number, now: number): Span {
  const by = (to - from) * part;
  return notBeyond({ from: from + by, to: to + by }, now);
}

/** What was drawn with a pointer, in whichever direction. */
export function drawn(one: number, other: number, now: number): Span {
  const from = Math.min(one, other);
  return notBeyond({ from, to: Math.max(one, other, from + shortest) }, now);
}

function notBeyond({ from, to }: Span, now: number): Span {
  const over = Math.max(0, to - now);
  return { from: Math.round(from - over), to: Math.round(to - over) };
}
