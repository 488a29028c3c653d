import { useMemo, useState } from 'preact/hooks';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import type { UserAnswer } from '../../../http/answers/users.ts';
import { newKey } from '../../api/ask.ts';
import { everyPage } from '../../api/every-page.ts';
import type { Problem } from '../../api/problem.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { Dialog } from '../../pieces/dialog.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { SelectField, TextField } from '../../pieces/field.tsx';
import { Note, ProblemNote } from '../../pieces/notes.tsx';
import { Instant } from '../../pieces/times.tsx';
import { openGrant } from './changing-grants.ts';
import { asAfterCall, secondsOf, useLengths } from './lengths.ts';

/** Opens for somebody whose call does not get through. */
export function OpenDialog({
  grants,
  onOpened,
  onClose,
}: {
  /** What is open now. */
  grants: readonly GrantAnswer[];
  onOpened: () => void;
  onClose: () => void;
}) {
  const [user, setUser] = useState('');
  const [typed, type] = useState('');
  const [length, setLength] = useState(asAfterCall);
  const address = typed.trim();
  const users = useAsked('users', (signal) => everyPage<UserAnswer>('/v1/users', {}, { signal }));
  const lengths = useLengths();
  const { busy, problem, run } = useDoing();
  // the same question has the same key: asked again after no answer came, it is done once
  const key = useMemo(newKey, [user, address, length]);
  const before = grants.find((grant) => grant.userName === user && grant.address === address);
  const atUser = wrongUser(problem);
  const atAddress = wrongAddress(problem);
  const atLength = problem?.at('seconds');

  const open = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const opened = await run(() => openGrant({ user, address, ...secondsOf(length) }, key));
    if (!opened) return;
    onOpened();
    onClose();
  };
  return (
    <Dialog title="Open an address" onClose={onClose}>
      <form onSubmit={(event) => void open(event)}>
        <div class="body">
          <SelectField
            label="For whom"
            required
            value={user}
            options={[['', 'Choose a user'], ...(users.value?.items ?? []).map(optionOf)]}
            onChoice={setUser}
            hint={users.value?.more && 'There are more users; these are the first by name.'}
            error={atUser}
          />
          {users.problem && <ProblemNote problem={users.problem} again={users.again} />}
          <TextField
            label="Address"
            required
            value={typed}
            onText={type}
            placeholder="203.0.113.7"
            hint="An IPv4 or IPv6 host, or an IPv6 host’s /64."
            maxLength={49}
            error={atAddress}
          />
          <SelectField
            label="For how long"
            value={length}
            options={lengths}
            onChoice={setLength}
            error={atLength}
          />
          {before && (
            <Note>
              <p>
                It is open for {user} until <Instant at={before.expiresAt} /> already. The new time
                takes the place of that one, also where it is shorter.
              </p>
            </Note>
          )}
          {problem && !(atUser ?? atAddress ?? atLength) && <ProblemNote problem={problem} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" submit busy={busy}>
            Open
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

const optionOf = ({ name, disabled }: UserAnswer) =>
  [name, disabled ? `${name} (disabled)` : name] as const;

const aboutUser = new Set(['not-found', 'user-disabled', 'too-many-open']);

/** What the rules say is wrong with the one who was chosen. */
const wrongUser = (problem: Problem | undefined): string | undefined =>
  problem && aboutUser.has(problem.code) ? problem.message : problem?.at('user');

const wrongAddress = (problem: Problem | undefined): string | undefined =>
  problem?.code === 'address-refused' ? problem.message : problem?.at('address');
