import { useState } from 'preact/hooks';
import type { NewTokenAnswer, TokenAnswer } from '../../../http/answers/tokens.ts';
import { ask } from '../../api/ask.ts';
import { Button } from '../../pieces/button.tsx';
import { Confirm, Dialog } from '../../pieces/dialog.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { SelectField, TextField } from '../../pieces/field.tsx';
import { ProblemNote } from '../../pieces/notes.tsx';
import { toast } from '../../pieces/toasts.tsx';
import { roleWords } from './role-words.ts';

export function TokenForm({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (made: NewTokenAnswer) => void;
}) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('auditor');
  const [until, setUntil] = useState('');
  const { busy, problem, run } = useDoing();
  const save = async (): Promise<void> => {
    const expiresAt = until === '' ? null : new Date(until).toISOString();
    const body = { name: name.trim(), role, expiresAt };
    onMade((await ask<NewTokenAnswer>('POST', '/v1/tokens', { body })).body);
  };
  return (
    <Dialog title="A new token" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(save);
        }}
      >
        <div class="body">
          {problem?.isBeyond(['name', 'expiresAt']) && <ProblemNote problem={problem} />}
          <TextField
            label="Name"
            hint="It stands in the record for all that is done with it, and is never given again."
            required
            maxLength={64}
            value={name}
            error={problem?.at('name')}
            onText={setName}
          />
          <SelectField
            label="Role"
            value={role}
            options={Object.entries(roleWords)}
            onChoice={setRole}
          />
          <TextField
            label="Until"
            type="datetime-local"
            hint="Left empty, it lasts until it is revoked."
            value={until}
            error={problem?.at('expiresAt')}
            onText={setUntil}
          />
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" submit busy={busy}>
            Make the token
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

/** The last administrator's token goes only when one has said so twice. */
export function Revoke({
  token: { name },
  own,
  onClose,
  onDone,
}: {
  token: TokenAnswer;
  own: boolean;
  onClose: () => void;
  onDone: () => void;
}) {
  const [isLast, sayLast] = useState(false);
  const revoke = async (): Promise<void> => {
    try {
      await ask('DELETE', `/v1/tokens/${encodeURIComponent(name)}`, {
        query: { last: isLast ? 'true' : undefined },
      });
    } catch (error) {
      if ((error as { code?: unknown }).code === 'last-administrator') sayLast(true);
      throw error;
    }
    toast({ text: `${name} is worthless now.` });
    onDone();
  };
  return (
    <Confirm
      title={`Revoke ${name}?`}
      act={isLast ? 'Revoke it all the same' : 'Revoke'}
      onClose={onClose}
      doing={revoke}
    >
      <p>
        Whoever uses it is refused from now on, and its sessions end. Its name is not given again.
        {own && ' You are signed in with it, and will be signed out.'}
      </p>
    </Confirm>
  );
}
