import { Fragment, type ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AuditAnswer } from '../../../http/answers/records.ts';
import { alarmKindSet, kindTone } from './kind-tone.ts';
import { kindWords } from '../../api/kinds.ts';
import { Facts } from '../../pieces/facts.tsx';
import { Icon } from '../../pieces/icon.tsx';
import { Badge } from '../../pieces/notes.tsx';
import { Instant } from '../../pieces/times.tsx';
import { Link } from '../../router.tsx';
import { detailWords } from './detail-words.ts';
import { nameOf, type Names } from './use-names.ts';

const headings = ['When', 'What', 'By', 'User', 'Address', 'Caller'] as const;

/** Lines of the record; each unfolds to all that it says. */
export function RecordTable({ rows, names }: { rows: readonly AuditAnswer[]; names: Names }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const turn = (seq: number): void =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(seq)) after.add(seq);
      return after;
    });
  return (
    <div class="table-frame">
      <table class="table record-table" role="table">
        <caption class="unseen">Lines of the record, newest first</caption>
        <thead role="rowgroup">
          <tr role="row">
            {headings.map((name) => (
              <th key={name} scope="col" role="columnheader">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Fragment key={row.seq}>
              <Row row={row} names={names} open={open.has(row.seq)} turn={() => turn(row.seq)} />
              {open.has(row.seq) && (
                <tr role="row" class="unfolded">
                  <td role="cell" colSpan={headings.length} id={`row-${row.seq}`}>
                    <Whole row={row} names={names} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  row,
  names,
  open,
  turn,
}: {
  row: AuditAnswer;
  names: Names;
  open: boolean;
  turn: () => void;
}) {
  const cells: readonly ComponentChildren[] = [
    <button
      key="when"
      type="button"
      class="unfold"
      aria-expanded={open}
      aria-controls={open ? `row-${row.seq}` : undefined}
      onClick={turn}
    >
      <Icon name="next" />
      <Instant at={row.at} />
      <span class="unseen">, line {row.seq}</span>
    </button>,
    <Badge key="what" kind={alarmKindSet.has(row.kind) ? 'bad' : kindTone(row.kind)}>
      {kindWords[row.kind]}
    </Badge>,
    <ActorWords key="by" actor={row.actor} />,
    nameOf(names, row.userId),
    row.address ? <code key="address">{row.address}</code> : '–',
    row.caller ?? '–',
  ];
  return (
    <tr role="row" class={open ? 'open' : undefined}>
      {cells.map((cell, index) => (
        <td
          key={headings[index]}
          role="cell"
          data-name={headings[index]}
          class={cell === '–' ? 'nothing' : undefined}
        >
          {cell}
        </td>
      ))}
    </tr>
  );
}

function ActorWords({ actor }: { actor: string }) {
  const [, id] = /^call:(\d+)$/.exec(actor) ?? [];
  return id === undefined ? <>{actor}</> : <Link to={`/history?call=${id}`}>call {id}</Link>;
}

function Whole({ row, names }: { row: AuditAnswer; names: Names }) {
  const { userId, grantId, callId, detail } = row;
  return (
    <Facts
      facts={[
        ['Line', row.seq],
        ['At', <code key="at">{row.at}</code>],
        ['Kind', <code key="kind">{row.kind}</code>],
        ['By', row.actor],
        userId !== undefined && ['User', <UserLink key="user" id={userId} names={names} />],
        grantId !== undefined && ['Grant', grantId],
        callId !== undefined && [
          'Call',
          <Link key="call" to={`/history?call=${callId}`}>
            call {callId} with its steps
          </Link>,
        ],
        detail !== undefined && ['Detail', detailWords(detail)],
      ]}
    />
  );
}

function UserLink({ id, names }: { id: number; names: Names }) {
  const name = names.get(id);
  return name === undefined ? (
    <>user {id}</>
  ) : (
    <Link to={`/people?user=${encodeURIComponent(name)}`}>{name}</Link>
  );
}
