import type { CallersAnswer } from '../../../http/answers/counts.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Fold } from '../../pieces/fold.tsx';
import { ProblemNote } from '../../pieces/notes.tsx';
import { Ago } from '../../pieces/times.tsx';
import { get } from '../../api/ask.ts';
import { Link, usePlace } from '../../router.tsx';
import type { Span } from './span.ts';

/** Which telephones failed in the time of the chart, the most often first. */
export function Callers({ span }: { span: Span }) {
  const { query } = usePlace();
  const { value, problem, again } = useAsked(`callers ${span.from} ${span.to}`, (signal) =>
    get<CallersAnswer>(
      '/v1/audit/callers',
      { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), limit: 10 },
      signal,
    ),
  );
  const most = Math.max(1, ...(value?.items ?? []).map(({ failures }) => failures));
  return (
    <section class="panel callers" aria-labelledby="callers-title">
      <Fold words="Failures by caller" id="callers-title">
        {problem && <ProblemNote problem={problem} again={again} />}
        {value?.items.length === 0 && <p class="hint">Nobody failed in this time.</p>}
        <ol>
          {value?.items.map(({ caller, failures, lastAt }) => (
            <li key={caller}>
              <Link to={`/history?${of(query, caller)}`}>{caller}</Link>
              <meter min={0} max={most} value={failures} aria-hidden="true" />
              <b>
                {failures}
                <span class="unseen"> failures</span>
              </b>
              <span class="beneath">
                last <Ago at={lastAt} />
              </span>
            </li>
          ))}
        </ol>
      </Fold>
    </section>
  );
}

/** The record of this caller, with the chart as it is. */
function of(query: URLSearchParams, caller: string): string {
  const next = new URLSearchParams({ caller });
  const span = query.get('span');
  if (span) next.set('span', span);
  return next.toString();
}
