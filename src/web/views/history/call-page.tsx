import type { AuditAnswer, CallAnswer } from '../../../http/answers/records.ts';
import { get } from '../../api/ask.ts';
import { useHappenings } from '../../api/events.ts';
import { kindWords } from '../../api/kinds.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Facts } from '../../pieces/facts.tsx';
import { Loading, ProblemNote } from '../../pieces/notes.tsx';
import { PageHead } from '../../pieces/page-head.tsx';
import { Instant } from '../../pieces/times.tsx';
import { Link } from '../../router.tsx';
import { Outcome, Took } from './calls.tsx';
import { detailWords } from './detail-words.ts';
import { nameOf, useNames } from './use-names.ts';

type SeenCall = CallAnswer & { readonly steps: readonly AuditAnswer[] };

/** One call, with what happened in it, in order. */
export function CallPage({ id }: { id: number }) {
  const asked = useAsked(`call ${id}`, (signal) => get<SeenCall>(`/v1/calls/${id}`, {}, signal));
  const names = useNames();
  useHappenings(undefined, ({ callId }) => {
    if (callId === id) asked.again();
  });
  const { value: call, problem } = asked;
  return (
    <>
      <Link to="/history?show=calls" class="way-back">
        All calls
      </Link>
      <PageHead title={`Call ${id}`} about={call && <Outcome call={call} />} />
      {problem && <ProblemNote problem={problem} again={asked.again} />}
      {!call && !problem && <Loading what="the call" />}
      {call && (
        <>
          <Facts
            facts={[
              ['Caller', call.callerNumber ?? 'withheld'],
              ['Dialled', call.dialled],
              ['Carrier vouches', call.attestation ?? 'says nothing'],
              ['User', nameOf(names, call.userId)],
              ['Began', <Instant key="began" at={call.beganAt} />],
              ['Took', <Took key="took" call={call} />],
              call.callBackOf !== null && [
                'Answers',
                <Link key="answers" to={`/history?call=${call.callBackOf}`}>
                  call {call.callBackOf}
                </Link>,
              ],
            ]}
          />
          <h2>Steps</h2>
          <ol class="steps">
            {call.steps.map((step) => (
              <li key={step.seq}>
                <span class="since">{sinceWords(call.beganAt, step.at)}</span>
                <strong>{kindWords[step.kind]}</strong>
                {step.address && <code>{step.address}</code>}
                <span class="beneath">{detailWords(step.detail)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

/** Seconds into the call, as far as anybody wants to know them. */
function sinceWords(began: string, at: string): string {
  const seconds = Math.max(0, (Date.parse(at) - Date.parse(began)) / 1000);
  return `+${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
