import { useEffect, useRef, useState } from 'preact/hooks';
import type { EntryAnswer } from '../../../http/entry-answers.ts';
import { useRights } from '../../api/session.ts';
import { Button } from '../../pieces/button.tsx';
import { Empty, Loading, ProblemNote } from '../../pieces/notes.tsx';
import { PageHead } from '../../pieces/page-head.tsx';
import { Table } from '../../pieces/table.tsx';
import { cameOnward, goOnward, setFilters, usePlace } from '../../router.tsx';
import { columnsFor } from './columns.tsx';
import { AddEntry, ChangeEntry, RemoveEntry } from './entry-dialogs.tsx';
import { useEntries } from './use-entries.ts';
import './entries.css';

type Open =
  { readonly is: 'adding' } | { readonly is: 'changing' | 'removing'; readonly entry: EntryAnswer };

/** A key that is held down is not a question each time. ms. */
const pause = 250;

/** Who is let in for good, and what their names mean. */
export function Entries() {
  const rights = useRights();
  const { query } = usePlace();
  const filter = {
    find: query.get('find') ?? '',
    failing: query.get('failing') === 'true',
    cursor: query.get('cursor') ?? undefined,
  };
  const { value, problem, asking, again } = useEntries(filter);
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const columns = columnsFor(rights, {
    change: (entry) => setOpen({ is: 'changing', entry }),
    remove: (entry) => setOpen({ is: 'removing', entry }),
  });
  const filtered = filter.find !== '' || filter.failing || filter.cursor !== undefined;

  return (
    <>
      <PageHead title="Entries" about="Hosts, networks and names that are let in without a call.">
        {rights.change && (
          <Button kind="main" icon="add" onClick={() => setOpen({ is: 'adding' })}>
            Add an entry
          </Button>
        )}
      </PageHead>
      <Filters find={filter.find} failing={filter.failing} />
      {problem && <ProblemNote problem={problem} again={again} />}
      {!value && !problem && <Loading what="the entries" />}
      {value && value.items.length === 0 && <Nothing filtered={filtered} />}
      {value && value.items.length > 0 && (
        <div class={asking ? 'asking' : undefined}>
          <Table
            caption="Standing entries, newest first"
            columns={columns}
            rows={value.items}
            rowKey={({ id }) => id}
            rowClass={({ resolution, refused }) =>
              refused !== null || (resolution?.failingSince ?? null) !== null ? 'ailing' : undefined
            }
          />
        </div>
      )}
      {value && <Pages next={value.next} first={filter.cursor === undefined} />}
      {open?.is === 'adding' && <AddEntry onDone={again} onClose={close} />}
      {open?.is === 'changing' && (
        <ChangeEntry label={open.entry.label} onDone={again} onClose={close} />
      )}
      {open?.is === 'removing' && <RemoveEntry entry={open.entry} onDone={again} onClose={close} />}
    </>
  );
}

function Filters({ find, failing }: { find: string; failing: boolean }) {
  const [text, setText] = useState(find);
  const timer = useRef<number | undefined>(undefined);
  // the address bar may say otherwise: somebody went back
  useEffect(() => setText(find), [find]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const type = (next: string): void => {
    setText(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () => setFilters({ find: next.trim(), cursor: undefined }),
      pause,
    );
  };
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Find by label, target, note or address"
        placeholder="Label, target, note, address"
        maxLength={100}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={failing}
          onChange={(event) =>
            setFilters({
              failing: event.currentTarget.checked ? 'true' : undefined,
              cursor: undefined,
            })
          }
        />
        Only names that are not answered
      </label>
    </search>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No entry fits" />;
  return (
    <Empty title="There are no entries">
      <p>
        A carrier’s servers or the office’s network belong here: they are let in without a call.
      </p>
    </Empty>
  );
}

function Pages({ next, first }: { next: string | null; first: boolean }) {
  if (first && next === null) return null;
  return (
    <nav class="pages" aria-label="Pages of the entries">
      <Button disabled={first} onClick={() => setFilters({ cursor: undefined })}>
        Newest
      </Button>
      <Button icon="back" disabled={first || !cameOnward()} onClick={() => window.history.back()}>
        Newer
      </Button>
      <Button icon="next" disabled={next === null} onClick={() => next !== null && goOnward(next)}>
        Older
      </Button>
    </nav>
  );
}
