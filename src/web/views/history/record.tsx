import { useState } from 'preact/hooks';
import type { AuditAnswer } from '../../../http/answers/records.ts';
import { useHappenings } from '../../api/events.ts';
import { Button } from '../../pieces/button.tsx';
import { Fold } from '../../pieces/fold.tsx';
import { Icon } from '../../pieces/icon.tsx';
import { usePlace } from '../../router.tsx';
import { ListEnd } from './list-end.tsx';
import { exportPath, filterIn, matches, setWords } from './record-filter.ts';
import { RecordFilter } from './record-filter-form.tsx';
import { RecordState } from './record-state.tsx';
import { RecordTable } from './record-table.tsx';
import { useNames } from './use-names.ts';
import { useOlder } from './use-older.ts';

/** The record itself: its lines, newest first, and whether it is whole. */
export function Record() {
  const { query } = usePlace();
  const filter = filterIn(query);
  const names = useNames();
  const list = useOlder<AuditAnswer>('/v1/audit', filter);
  const newest = list.rows[0]?.seq ?? 0;
  const [newer, count] = useState({ since: 0, rows: 0 });
  useHappenings(undefined, (row) => {
    if (!matches(filter, row)) return;
    // counted from what is shown: a list that was asked for anew has them
    count((before) =>
      before.since === newest
        ? { since: newest, rows: before.rows + 1 }
        : { since: newest, rows: 1 },
    );
  });
  const waiting = newer.since === newest ? newer.rows : 0;
  return (
    <section aria-label="Record">
      <RecordState />
      <Fold words="Filter" about={setWords(Object.keys(filter).length)}>
        <RecordFilter key={JSON.stringify(filter)} filter={filter} names={names} />
      </Fold>
      <div class="record-bar">
        <div role="status">
          {waiting > 0 && (
            <Button
              onClick={() => {
                count({ since: 0, rows: 0 });
                list.again();
              }}
            >
              {waiting} newer: show
            </Button>
          )}
        </div>
        <div class="exports">
          {(['ndjson', 'csv'] as const).map((format) => (
            <a
              key={format}
              class="button"
              href={exportPath(filter, format)}
              download={`dialgate-record.${format}`}
            >
              <Icon name="download" />
              <span class="word">Export {format === 'csv' ? 'CSV' : 'NDJSON'}</span>
            </a>
          ))}
        </div>
      </div>
      {list.rows.length > 0 && <RecordTable rows={list.rows} names={names} />}
      <ListEnd list={list} what="the record" />
    </section>
  );
}
