import { useState } from 'preact/hooks';
import type { LockoutAnswer } from '../../../http/answers/lockouts.ts';
import { ask } from '../../api/ask.ts';
import { everyPage } from '../../api/every-page.ts';
import { useRights } from '../../api/session.ts';
import { useAsked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';
import { Button } from '../../pieces/button.tsx';
import { Confirm } from '../../pieces/dialog.tsx';
import { Empty, Loading, Note, ProblemNote } from '../../pieces/notes.tsx';
import { Table } from '../../pieces/table.tsx';
import { toast } from '../../pieces/toasts.tsx';
import { Ago } from '../../pieces/times.tsx';
import { Link } from '../../router.tsx';
import { Locked } from './user-facts.tsx';
import { subjectWords } from './user-words.ts';

/** A browser draws more only slowly; the latest come first. */
const most = 500;

const about = ['attempt-refused', 'lockout-began', 'lockout-ended'] as const;

/** Failures that are not forgotten, of whomever; each can be forgotten by itself. */
export function Lockouts() {
  const { change } = useRights();
  const [ending, end] = useState<LockoutAnswer>();
  const asked = useAsked('lockouts', (signal) =>
    everyPage<LockoutAnswer>('/v1/lockouts', {}, { signal, most }),
  );
  useKept(about, asked);
  const { value, problem } = asked;
  return (
    <section aria-label="Lockouts">
      {problem && <ProblemNote problem={problem} again={asked.again} />}
      {!value && !problem && <Loading what="lockouts" />}
      {value?.items.length === 0 && (
        <Empty title="Nothing is held against anybody">
          <p>Failed attempts appear here, and how long they keep whom out.</p>
        </Empty>
      )}
      {value && value.items.length > 0 && (
        <Table
          caption="Failures that are not forgotten"
          rows={value.items}
          rowKey={({ subject }) => subject}
          columns={[
            { name: 'Who', cell: (lockout) => <Who lockout={lockout} /> },
            { name: 'Failures', kind: 'number', cell: ({ failures }) => failures },
            { name: 'Last', cell: ({ lastAt }) => <Ago at={lastAt} /> },
            { name: 'Locked', cell: (lockout) => <Locked lockout={lockout} /> },
            ...(change
              ? [
                  {
                    name: 'What can be done',
                    kind: 'actions' as const,
                    cell: (lockout: LockoutAnswer) => (
                      <Button
                        kind="quiet"
                        onClick={() => end(lockout)}
                        aria-label={`Forget: ${subjectWords(lockout)}`}
                      >
                        Forget
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {value?.more && <Note>These are the latest; there are more.</Note>}
      {ending && (
        <Confirm
          title="Forget these failures?"
          act="Forget them"
          danger={false}
          onClose={() => end(undefined)}
          doing={async () => {
            await ask('DELETE', `/v1/lockouts/${encodeURIComponent(ending.subject)}`);
            toast({ text: `Forgotten: ${subjectWords(ending)}.` });
            asked.again();
          }}
        >
          <p>
            {subjectWords(ending)} may try again at once. Do so when you know whose failures they
            were.
          </p>
        </Confirm>
      )}
    </section>
  );
}

function Who({ lockout }: { lockout: LockoutAnswer }) {
  const words = subjectWords(lockout);
  return lockout.userName === null ? (
    <>{words}</>
  ) : (
    <Link to={`/people?user=${encodeURIComponent(lockout.userName)}`}>{words}</Link>
  );
}
