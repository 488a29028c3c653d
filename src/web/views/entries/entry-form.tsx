import { useState } from 'preact/hooks';
import { Button } from '../../pieces/button.tsx';
import { Dialog } from '../../pieces/dialog.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { ChoicesField, TextField } from '../../pieces/field.tsx';
import { ProblemNote } from '../../pieces/notes.tsx';
import type { Draft } from './draft.ts';
import { useServices } from './use-services.ts';

/** What is asked of a new entry, and what can be changed of one. */
export function EntryForm({
  title,
  act,
  from,
  isNew,
  doing,
  onClose,
}: {
  title: string;
  act: string;
  from: Draft;
  isNew: boolean;
  doing: (draft: Draft) => Promise<void>;
  onClose: () => void;
}) {
  const [draft, set] = useState(from);
  const services = useServices();
  const { busy, problem, run } = useDoing();
  const change = (part: Partial<Draft>): void => set((before) => ({ ...before, ...part }));
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (await run(() => doing(draft))) onClose();
  };
  // what stands beside a field needs no second telling above
  const untold = problem?.isBeyond(['label', 'target', 'expiresAt', 'note']);
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div class="body">
          {isNew && (
            <>
              <TextField
                label="Label"
                value={draft.label}
                onText={(label) => change({ label })}
                error={problem?.at('label')}
                placeholder="carrier"
                maxLength={64}
                required
                autoFocus
              />
              <TextField
                label="Host, network or name"
                value={draft.target}
                onText={(target) => change({ target })}
                error={problem?.at('target')}
                placeholder="203.0.113.7, 198.51.100.0/24, sip.example.net"
                maxLength={255}
                required
              />
            </>
          )}
          <ChoicesField
            label="Services"
            options={services}
            chosen={draft.services}
            onChosen={(chosen) => change({ services: chosen })}
            hint="None chosen: the usual ones."
          />
          <TextField
            label="Until"
            type="datetime-local"
            value={draft.until}
            onText={(until) => change({ until })}
            error={problem?.at('expiresAt')}
            hint="In the time of this browser. Left empty: without an end."
          />
          <TextField
            label="Note"
            value={draft.note}
            onText={(note) => change({ note })}
            error={problem?.at('note')}
            maxLength={200}
          />
          {problem && untold && <ProblemNote problem={problem} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" submit busy={busy}>
            {act}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
