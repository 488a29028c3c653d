import { useEffect } from 'preact/hooks';
import type { EntryAnswer } from '../../../http/entry-answers.ts';
import { ask } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Confirm, Dialog } from '../../pieces/dialog.tsx';
import { Loading, ProblemNote } from '../../pieces/notes.tsx';
import { toast } from '../../pieces/toasts.tsx';
import { changesOf, draftOf, emptyDraft, newEntryOf } from './draft.ts';
import { EntryForm } from './entry-form.tsx';

interface Given {
  onDone: () => void;
  onClose: () => void;
}

export function AddEntry({ onDone, onClose }: Given) {
  return (
    <EntryForm
      title="Let somebody in for good"
      act="Add"
      from={emptyDraft}
      isNew
      doing={async (draft) => {
        const { body } = await ask<EntryAnswer>('POST', '/v1/entries', { body: newEntryOf(draft) });
        toast({ text: `Added ${body.label}. The gate follows within a moment.` });
        onDone();
      }}
      onClose={onClose}
    />
  );
}

/** Asks for the entry as it is now: what is changed is that, or nothing (If-Match). */
function useEntryNow(label: string) {
  return useAsked(`entry ${label}`, (signal) => ask<EntryAnswer>('GET', pathOf(label), { signal }));
}

const pathOf = (label: string): string => `/v1/entries/${encodeURIComponent(label)}`;

export function ChangeEntry({ label, onDone, onClose }: Given & { label: string }) {
  const { value, problem, again } = useEntryNow(label);
  if (!value) {
    return (
      <Dialog title={`Change ${label}`} onClose={onClose}>
        <div class="body">
          {problem ? <ProblemNote problem={problem} again={again} /> : <Loading what={label} />}
        </div>
      </Dialog>
    );
  }
  const { body: entry, etag } = value;
  const seen = draftOf(entry);
  return (
    <EntryForm
      title={`Change ${label}`}
      act="Change"
      from={seen}
      isNew={false}
      doing={async (draft) => {
        const changes = changesOf(seen, draft);
        if (!changes) return;
        await ask<EntryAnswer>('PATCH', pathOf(label), { body: changes, ifMatch: etag });
        toast({ text: `Changed ${label}.` });
        onDone();
      }}
      onClose={onClose}
    />
  );
}

export function RemoveEntry({ entry, onDone, onClose }: Given & { entry: EntryAnswer }) {
  const { label, target } = entry;
  const { value, problem } = useEntryNow(label);
  useEffect(() => {
    // somebody else was quicker
    if (problem?.code === 'not-found') onDone();
  }, [problem, onDone]);
  return (
    <Confirm
      title={`Remove ${label}?`}
      act={`Remove ${label}`}
      doing={async () => {
        await ask<EntryAnswer>('DELETE', pathOf(label), { ifMatch: value?.etag });
        toast({ text: `Removed ${label}.` });
        onDone();
      }}
      onClose={onClose}
    >
      <p>
        <span class="mono">{target}</span> is let in no more, unless something else lets it in, and
        its connections are cut.
      </p>
    </Confirm>
  );
}
