import { useEffect, useState } from 'preact/hooks';
import type { auditStateShape } from '../../../http/answers/audit.ts';
import { ask, get } from '../../api/ask.ts';
import { asProblem } from '../../api/problem.ts';
import { useRights } from '../../api/session.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { Fold } from '../../pieces/fold.tsx';
import { Badge, ProblemNote } from '../../pieces/notes.tsx';
import { Ago, Instant } from '../../pieces/times.tsx';
import { verdictWords, type Verification } from './verdict-words.ts';

type State = ReturnType<(typeof auditStateShape)['parse']>;

/** Milliseconds between looks at a verification that runs. */
const lookEvery = 700;

/** How far the record goes and whether it is whole; checked at the press of a button. */
export function RecordState() {
  const { change } = useRights();
  const state = useAsked('record state', (signal) => get<State>('/v1/audit/state', {}, signal));
  const last = useAsked('verification', lastVerification);
  const starting = useDoing();
  const keeping = useDoing();
  const running = last.value?.endedAt === null;

  useEffect(() => {
    if (!running) return undefined;
    const timer = window.setTimeout(last.again, lookEvery);
    return () => window.clearTimeout(timer);
    // each answer is looked at anew until it says that it has ended
  }, [running, last.value, last.problem, last.again]);

  const verify = async (): Promise<void> => {
    const { body } = await ask<Verification>('POST', '/v1/audit/verification');
    begun = true;
    last.know(() => body);
  };
  const keep = async (): Promise<void> => {
    await ask('POST', '/v1/audit/checkpoints');
    state.again();
  };
  const problem = state.problem ?? starting.problem ?? keeping.problem ?? last.problem;
  return (
    <section class="record-state panel" aria-labelledby="record-state">
      <Fold words="The record" id="record-state">
        {state.value && <Extent state={state.value} />}
        <Verdict verification={last.value ?? undefined} />
        {problem && <ProblemNote problem={problem} again={last.again} />}
        <div class="buttons">
          <Button busy={starting.busy || running} onClick={() => void starting.run(verify)}>
            Verify now
          </Button>
          {change && (
            <Button busy={keeping.busy} onClick={() => void keeping.run(keep)}>
              Keep a checkpoint
            </Button>
          )}
        </div>
      </Fold>
    </section>
  );
}

/** Without one the API answers 404, which browsers report as a fault: so it is asked where there is one. */
let begun = false;

/** Null: not since this page was opened, or not since the server started. */
async function lastVerification(signal: AbortSignal): Promise<Verification | null> {
  if (!begun) return null;
  try {
    return await get<Verification>('/v1/audit/verification', {}, signal);
  } catch (error) {
    if (asProblem(error).status === 404) return null;
    throw error;
  }
}

function Extent({
  state: { firstSeq, lastSeq, unsealed, removed, keep, checkpoint },
}: {
  state: State;
}) {
  if (firstSeq === null || lastSeq === null) return <p class="hint">Nothing is on record yet.</p>;
  return (
    <p class="hint">
      Lines {firstSeq.toLocaleString()} to {lastSeq.toLocaleString()}, each sealed to the one
      before.
      {unsealed > 0 && ` ${unsealed.toLocaleString()} of an older release are still to be sealed.`}
      {keep !== null && ` Kept for ${Math.round(keep / 86_400)} days.`}
      {removed && (
        <>
          {' '}
          Removed for their age: through line {removed.throughSeq.toLocaleString()}, of{' '}
          <Instant at={removed.to} />.
        </>
      )}{' '}
      {checkpoint ? (
        <>
          Last checkpoint: line {checkpoint.seq.toLocaleString()}, <Ago at={checkpoint.at} />.
        </>
      ) : (
        'No checkpoint yet.'
      )}
    </p>
  );
}

function Verdict({ verification }: { verification: Verification | undefined }) {
  // a word that is read out once, when it is known, and not with every hundred rows
  const [said, say] = useState('');
  const ended = verification !== undefined && verification.endedAt !== null;
  useEffect(() => say(ended ? verdictWords(verification).words : ''), [ended, verification]);
  if (!verification)
    return (
      <p class="hint">Verifying reads every line, and says whether each fits the one before.</p>
    );
  const { endedAt, rows, lastSeq } = verification;
  if (endedAt === null) {
    return (
      <p class="verifying">
        <label>
          Verifying <progress max={Math.max(1, lastSeq)} value={rows} />
        </label>{' '}
        {rows.toLocaleString()} lines
      </p>
    );
  }
  const { kind, badge, words } = verdictWords(verification);
  return (
    <p class="verdict">
      <Badge kind={kind}>{badge}</Badge> {words} <Ago at={endedAt} />
      <span class="unseen" role="status">
        {said}
      </span>
    </p>
  );
}
