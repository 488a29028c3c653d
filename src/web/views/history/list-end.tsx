import { Button } from '../../pieces/button.tsx';
import { Empty, Loading, ProblemNote } from '../../pieces/notes.tsx';
import type { Older } from './use-older.ts';

/** What stands below a list: that it is empty, that it goes on, or what went wrong. */
export function ListEnd<Row>({ list, what }: { list: Older<Row>; what: string }) {
  const { rows, more, busy, problem, older, again } = list;
  return (
    <div class="list-end">
      {problem && <ProblemNote problem={problem} again={rows.length > 0 ? older : again} />}
      {busy && rows.length === 0 && <Loading what={what} />}
      {!busy && !problem && rows.length === 0 && (
        <Empty title={more ? 'Nothing was found so far' : 'Nothing is like that'}>
          <p>{more ? 'There is more, further back.' : 'Widen the filter, or clear it.'}</p>
        </Empty>
      )}
      {more && (
        <Button busy={busy} onClick={older}>
          Older
        </Button>
      )}
    </div>
  );
}
