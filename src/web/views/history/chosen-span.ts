import { usualSpans, type Span } from './span.ts';

/** What `?span=` says: the name of a usual one, which goes on with the time, or two times with `_` between. */
export function spanOf(text: string | null, now: number): Span & { readonly name?: string } {
  const [from, to] = (text ?? '').split('_').map((part) => Date.parse(part));
  if (from !== undefined && to !== undefined && from < to && to - from < 4e11) return { from, to };
  const usual = usualSpans.find(({ name }) => name === text) ?? usualSpans[0];
  return { from: now - usual.seconds * 1000, to: now, name: usual.name };
}

/** To the second, as it stands in the address bar. */
export const spanText = ({ from, to }: Span): string => `${shortTime(from)}_${shortTime(to)}`;

const shortTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
