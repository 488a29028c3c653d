import type { EntryAnswer } from '../../../http/entry-answers.ts';
import type { Rights } from '../../api/session.ts';
import { Button } from '../../pieces/button.tsx';
import { Badge } from '../../pieces/notes.tsx';
import type { Column } from '../../pieces/table.tsx';
import { Instant } from '../../pieces/times.tsx';
import { Meaning } from './meaning.tsx';

interface Acts {
  readonly change: (entry: EntryAnswer) => void;
  readonly remove: (entry: EntryAnswer) => void;
}

export function columnsFor(rights: Rights, { change, remove }: Acts): Column<EntryAnswer>[] {
  const columns: Column<EntryAnswer>[] = [
    {
      name: 'Entry',
      cell: ({ label, note }) => (
        <div>
          <strong>{label}</strong>
          {note !== '' && <p class="faint small">{note}</p>}
        </div>
      ),
    },
    {
      name: 'Target',
      cell: ({ kind, target }) => (
        <div>
          <span class="mono target">{target}</span>
          <p class="faint small">{kind}</p>
        </div>
      ),
    },
    { name: 'Means', cell: (entry) => <Meaning entry={entry} /> },
    {
      name: 'Services',
      cell: ({ services }) =>
        services.length === 0 ? (
          <span class="faint">the usual</span>
        ) : (
          <span class="services">
            {services.map((service) => (
              <Badge key={service}>{service}</Badge>
            ))}
          </span>
        ),
    },
    {
      name: 'Until',
      cell: ({ expiresAt }) =>
        expiresAt === null ? <span class="faint">no end</span> : <Instant at={expiresAt} />,
    },
  ];
  if (!rights.change) return columns;
  const acts: Column<EntryAnswer> = {
    name: 'Actions',
    kind: 'actions',
    cell: (entry) => (
      <>
        <Button
          kind="quiet"
          icon="edit"
          aria-label={`Change ${entry.label}`}
          title="Change"
          onClick={() => change(entry)}
        />
        <Button
          kind="quiet"
          icon="remove"
          aria-label={`Remove ${entry.label}`}
          title="Remove"
          onClick={() => remove(entry)}
        />
      </>
    ),
  };
  return [...columns, acts];
}
