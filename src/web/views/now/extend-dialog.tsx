import { useState } from 'preact/hooks';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import { ask } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { Dialog } from '../../pieces/dialog.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { SelectField } from '../../pieces/field.tsx';
import { ProblemNote } from '../../pieces/notes.tsx';
import { Instant } from '../../pieces/times.tsx';
import { extendGrant } from './changing-grants.ts';
import { asAfterCall, secondsOf, useLengths } from './lengths.ts';

export function ExtendDialog({ grant, onClose }: { grant: GrantAnswer; onClose: () => void }) {
  const [length, setLength] = useState(asAfterCall);
  const lengths = useLengths();
  const { busy, problem, run } = useDoing();
  // the tag of what is being looked at: who extends what another has changed is told so
  const { value: etag } = useAsked(`grant ${grant.id}`, async (signal) => {
    return (await ask<GrantAnswer>('GET', `/v1/grants/${grant.id}`, { signal })).etag;
  });
  const extend = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (await run(() => extendGrant(grant, secondsOf(length), etag ?? null))) onClose();
  };
  return (
    <Dialog title={`Extend ${grant.userName}`} onClose={onClose}>
      <form onSubmit={(event) => void extend(event)}>
        <div class="body">
          <p>
            <span class="mono">{grant.address}</span> is open until <Instant at={grant.expiresAt} />
            .
          </p>
          <SelectField
            label="Open from now for"
            value={length}
            options={lengths}
            onChoice={setLength}
            error={problem?.at('seconds')}
          />
          {problem && <ProblemNote problem={problem} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" submit busy={busy}>
            Extend
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
