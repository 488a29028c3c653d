import type { CountsAnswer } from '../../../http/answers/counts.ts';
import { get } from '../../api/ask.ts';
import { curves } from './chart-columns.ts';
import type { Span } from './span.ts';

export interface SpanCounts extends CountsAnswer {
  /** What was asked for: its columns, also those in which there was nothing. */
  readonly span: Span & { readonly step: number };
}

/** By which of its conditions each list is filtered, and with it what is counted. */
const conditions = {
  record: ['userId', 'address', 'callId', 'caller', 'actor'],
  calls: ['userId', 'caller'],
  grants: ['userId', 'address'],
} as const;
export type ListName = keyof typeof conditions;

/** What the lines that are counted are about. */
export type About = Readonly<Record<string, string>>;

export const aboutOf = (list: ListName, query: URLSearchParams): About =>
  Object.fromEntries(
    conditions[list].flatMap((name) => {
      const value = query.get(name)?.trim();
      return value ? [[name, value]] : [];
    }),
  );

/** How many of each kind in each column of the span. */
export async function readCounts(
  span: Span & { readonly step: number },
  about: About,
  signal: AbortSignal,
): Promise<SpanCounts> {
  const answer = await get<CountsAnswer>(
    '/v1/audit/counts',
    {
      ...about,
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
      step: span.step,
      kind: curves.map(({ kind }) => kind).join(),
    },
    signal,
  );
  return { ...answer, span };
}
