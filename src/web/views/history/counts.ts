import type { CountsAnswer } from '../../../http/answers/counts.ts';
import { get } from '../../api/ask.ts';
import { curves } from './chart-columns.ts';
import type { Span } from './span.ts';

export interface SpanCounts extends CountsAnswer {
  /** What was asked for: its columns, also those in which there was nothing. */
  readonly span: Span & { readonly step: number };
}

/** How many of each kind in each column of the span, of everybody or of one user. */
export async function readCounts(
  span: Span & { readonly step: number },
  userId: string | undefined,
  signal: AbortSignal,
): Promise<SpanCounts> {
  const answer = await get<CountsAnswer>(
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
  return { ...answer, span };
}
