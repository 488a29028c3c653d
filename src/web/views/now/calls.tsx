import type { Asked } from '../../api/use-asked.ts';
import { Icon } from '../../pieces/icon.tsx';
import { Badge, ProblemNote } from '../../pieces/notes.tsx';
import { Link } from '../../router.tsx';
import { useNow } from '../../time/clock.ts';
import { clockWords } from '../../time/words.ts';
import { nameOf, type Names } from '../history/use-names.ts';
import { refusals, stepWords, userOf } from './step-words.ts';
import type { CallWithSteps } from './use-calls.ts';

/** Who is on the telephone, and where in the call they are. */
export function Calls({ calls, names }: { calls: Asked<readonly CallWithSteps[]>; names: Names }) {
  const { value = [], problem, again } = calls;
  return (
    <section aria-labelledby="calls">
      <header class="section-head">
        <h2 id="calls">On the telephone</h2>
      </header>
      {problem && <ProblemNote problem={problem} again={again} />}
      {value.length === 0 && !problem && <p class="faint quiet-line">Nobody is calling.</p>}
      <ul class="calls">
        {value.map((call) => (
          <OneCall key={call.id} call={call} names={names} />
        ))}
      </ul>
    </section>
  );
}

function OneCall({ call, names }: { call: CallWithSteps; names: Names }) {
  const now = useNow(1000);
  const failed = refusals(call);
  const user = userOf(call);
  const lasts = clockWords((now - Date.parse(call.beganAt)) / 1000);
  return (
    <li class="call card">
      <Icon name="phone" />
      <div>
        <p>
          {user !== undefined && <strong>{nameOf(names, user)}, </strong>}
          <strong class="mono">{call.callerNumber ?? 'number withheld'}</strong>{' '}
          {failed > 0 && (
            <Badge kind="warn">
              {failed} {failed === 1 ? 'try' : 'tries'} failed
            </Badge>
          )}
        </p>
        <p class="step">{stepWords(call)}</p>
      </div>
      <p class="lasts">
        <span class="clock" title={`since ${call.beganAt}`}>
          {lasts}
        </span>
        <Link to={`/history?call=${call.id}`}>call {call.id}</Link>
      </p>
    </li>
  );
}
