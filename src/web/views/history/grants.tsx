import type { GrantAnswer } from '../../../http/answers/grants.ts';
import { Badge } from '../../pieces/notes.tsx';
import { Table } from '../../pieces/table.tsx';
import { Instant } from '../../pieces/times.tsx';
import { Link, usePlace } from '../../router.tsx';
import { ListEnd } from './list-end.tsx';
import { PlainFilter } from './plain-filter.tsx';
import { useNames } from './use-names.ts';
import { useOlder } from './use-older.ts';

const endWords: Readonly<Record<NonNullable<GrantAnswer['end']>, string>> = {
  closed: 'Closed',
  expired: 'Ran out',
  renewed: 'Extended',
};

/** What was opened, newest first, whether it is open still or not. */
export function Grants() {
  const { query } = usePlace();
  const names = useNames();
  const list = useOlder<GrantAnswer>('/v1/grants', {
    state: 'all',
    userId: query.get('userId') ?? undefined,
    address: query.get('address') ?? undefined,
  });
  return (
    <section aria-label="Grants">
      <PlainFilter fields={['userId', 'address']} names={names} />
      {list.rows.length > 0 && (
        <Table
          caption="Grants, newest first"
          rows={list.rows}
          rowKey={({ id }) => id}
          columns={[
            { name: 'Opened', cell: ({ openedAt }) => <Instant at={openedAt} /> },
            { name: 'User', cell: ({ userName }) => userName },
            { name: 'Address', cell: ({ address }) => <code>{address}</code> },
            { name: 'Services', extra: true, cell: ({ services }) => services.join(', ') },
            { name: 'Ended', cell: (grant) => <Ended grant={grant} /> },
            {
              name: 'By',
              cell: ({ callId }) =>
                callId === null ? (
                  'an administrator'
                ) : (
                  <Link to={`/history?call=${callId}`}>call {callId}</Link>
                ),
            },
          ]}
        />
      )}
      <ListEnd list={list} what="grants" />
    </section>
  );
}

function Ended({ grant: { endedAt, end, expiresAt } }: { grant: GrantAnswer }) {
  if (endedAt === null) {
    return (
      <>
        <Badge kind="good">Open</Badge> until <Instant at={expiresAt} />
      </>
    );
  }
  return (
    <>
      <Instant at={endedAt} /> {end && <span class="beneath">{endWords[end]}</span>}
    </>
  );
}
