import type { CallAnswer } from '../../../http/answers/records.ts';
import { Badge } from '../../pieces/notes.tsx';
import { Table } from '../../pieces/table.tsx';
import { Duration, Instant } from '../../pieces/times.tsx';
import { Link, usePlace } from '../../router.tsx';
import { ListEnd } from './list-end.tsx';
import { PlainFilter } from './plain-filter.tsx';
import { useOlder } from './use-older.ts';
import { nameOf, useNames } from './use-names.ts';

type Outcome = NonNullable<CallAnswer['outcome']>;

const outcomeWords: Readonly<Record<Outcome, readonly [words: string, kind: BadgeKind]>> = {
  opened: ['Opened', 'good'],
  'called-back': ['Called back', 'good'],
  refused: ['Refused', 'bad'],
  abandoned: ['Hung up', 'plain'],
  failed: ['Failed', 'bad'],
  interrupted: ['Interrupted', 'warn'],
};
type BadgeKind = 'plain' | 'good' | 'warn' | 'bad';

/** Telephone calls, newest first. */
export function Calls() {
  const { query } = usePlace();
  const names = useNames();
  const list = useOlder<CallAnswer>('/v1/calls', {
    userId: query.get('userId') ?? undefined,
    callerNumber: query.get('caller') ?? undefined,
  });
  return (
    <section aria-label="Calls">
      <PlainFilter fields={['userId', 'caller']} names={names} />
      {list.rows.length > 0 && (
        <Table
          caption="Calls, newest first"
          rows={list.rows}
          rowKey={({ id }) => id}
          columns={[
            { name: 'Began', cell: ({ beganAt }) => <Instant at={beganAt} /> },
            { name: 'Caller', cell: ({ callerNumber }) => callerNumber ?? 'withheld' },
            { name: 'User', cell: ({ userId }) => nameOf(names, userId) },
            { name: 'Came to', cell: (call) => <Outcome call={call} /> },
            { name: 'Took', extra: true, cell: (call) => <Took call={call} /> },
            { name: 'Vouched for', extra: true, cell: ({ attestation }) => attestation ?? '–' },
            {
              name: 'Steps',
              cell: ({ id }) => <Link to={`/history?call=${id}`}>call {id}</Link>,
            },
          ]}
        />
      )}
      <ListEnd list={list} what="calls" />
    </section>
  );
}

export function Outcome({ call: { outcome, endedAt } }: { call: CallAnswer }) {
  if (outcome === null) return endedAt === null ? <Badge kind="warn">On the line</Badge> : <>–</>;
  const [words, kind] = outcomeWords[outcome];
  return <Badge kind={kind}>{words}</Badge>;
}

export function Took({ call: { beganAt, endedAt } }: { call: CallAnswer }) {
  if (endedAt === null) return <>–</>;
  return <Duration seconds={(Date.parse(endedAt) - Date.parse(beganAt)) / 1000} />;
}
