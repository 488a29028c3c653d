import { get } from '../../api/ask.ts';
import { curves, type Counted } from './chart-columns.ts';
import type { Span } from './span.ts';

export interface SpanCounts {
  readonly span: Span & { readonly step: number };
  readonly items: readonly Counted[];
}

/** How many of each kind in each column of the span, of everybody or of one user. */
export async function readCounts(
  span: Span & { readonly step: number },
  userId: string | undefined,
  signal: AbortSignal,
): Promise<SpanCounts> {
  const { items } = await get<{ items: readonly Counted[] }>(
    '/v1/audit/counts',
    {
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
      step: span.step,
      kind: curves.map(({ kind }) => kind).join(),
      userId,
    },
    signal,
  );
  return { span, items };
}
