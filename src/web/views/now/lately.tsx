import { useState } from 'preact/hooks';
import type { Items } from '../../../http/answers/common.ts';
import type { AuditAnswer } from '../../../http/answers/records.ts';
import { get } from '../../api/ask.ts';
import { useHappenings } from '../../api/events.ts';
import { kindWords } from '../../api/kinds.ts';
import { useRights } from '../../api/session.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Ago } from '../../pieces/times.tsx';
import type { Names } from '../history/use-names.ts';
import { spokenOf, toneOf, userOf, whoseOf } from './lately-words.ts';

const shown = 12;

/** What has happened, as it happens; what matters is read out as well. */
export function Lately({ names }: { names: Names }) {
  const { readRecord } = useRights();
  const [come, setCome] = useState<readonly AuditAnswer[]>([]);
  const [spoken, speak] = useState('');
  // an operator sees what happens from now on, and not what has happened
  const { value: before = [] } = useAsked(`lately ${readRecord}`, async (signal) =>
    readRecord ? (await get<Items<AuditAnswer>>('/v1/audit', { limit: shown }, signal)).items : [],
  );
  useHappenings(undefined, (row) => {
    setCome((rows) => [row, ...rows].slice(0, shown));
    const words = spokenOf(row, userOf(names, row));
    if (words) speak(words);
  });
  const oldest = come.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  const rows = [...come, ...before.filter(({ seq }) => seq < oldest)].slice(0, shown);
  return (
    <section aria-labelledby="lately">
      <header class="section-head">
        <h2 id="lately">Lately</h2>
      </header>
      <p class="unseen" role="status" aria-live="polite">
        {spoken}
      </p>
      {rows.length === 0 && <p class="faint quiet-line">Nothing has happened since you came.</p>}
      <ol class="lately">
        {rows.map((row) => (
          <li key={row.seq} class={toneOf(row.kind)}>
            <span class="what">{kindWords[row.kind] ?? row.kind}</span>
            <span class="whose">{whoseOf(row, userOf(names, row))}</span>
            <Ago at={row.at} />
          </li>
        ))}
      </ol>
    </section>
  );
}
