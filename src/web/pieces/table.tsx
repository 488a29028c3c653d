import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  /** Its heading; on a small screen it stands before the value. */
  readonly name: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** `number` is set to the right, `actions` has no heading to be seen. */
  readonly kind?: 'text' | 'number' | 'actions';
  /** Left out on middling screens. */
  readonly extra?: boolean;
}

/** Rows and columns; on a small screen each row becomes a card of names and values. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowClass,
}: {
  /** Says what it holds; for those who do not see the heading above it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  rowClass?: (row: Row) => string | undefined;
}) {
  return (
    <div class="table-frame">
      {/* roles, because cards of a small screen are no table any more to the browser */}
      <table class="table" role="table">
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, kind = 'text', extra }) => (
              <th key={name} scope="col" role="columnheader" class={classOf(kind, extra)}>
                {kind === 'actions' ? <span class="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row" class={rowClass?.(row)}>
              {columns.map(({ name, cell, kind = 'text', extra }) => (
                <td key={name} role="cell" data-name={name} class={classOf(kind, extra)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const classOf = (kind: string, extra = false): string => (extra ? `${kind} extra` : kind);
