import type { EntryAnswer } from '../../../http/entry-answers.ts';
import { Badge } from '../../pieces/notes.tsx';
import { Ago } from '../../pieces/times.tsx';

/** A name may mean dozens of addresses. */
const shown = 4;

/** What a name means and since when; and what is wrong with an entry, if anything is. */
export function Meaning({ entry: { resolution, refused } }: { entry: EntryAnswer }) {
  return (
    <div class="meaning">
      {resolution && <Resolved resolution={resolution} />}
      {refused !== null && (
        <p class="trouble">
          <Badge kind="bad">Not let in</Badge> {refused}
        </p>
      )}
      {!resolution && refused === null && <span class="faint">itself</span>}
    </div>
  );
}

function Resolved({ resolution }: { resolution: NonNullable<EntryAnswer['resolution']> }) {
  const { addresses, resolvedAt, changedAt, failingSince, failure } = resolution;
  const more = addresses.slice(shown);
  return (
    <>
      {addresses.length > 0 && (
        <p class="mono addresses">
          {addresses.slice(0, shown).join(', ')}
          {more.length > 0 && <span title={more.join(', ')}> and {more.length} more</span>}
        </p>
      )}
      {failingSince !== null && (
        <p class="trouble">
          <Badge kind="warn">Not answered</Badge> since <Ago at={failingSince} />
          {failure !== null && `: ${failure}`}
        </p>
      )}
      {failingSince === null && failure !== null && <p class="trouble">{failure}</p>}
      <p class="faint small">
        {changedAt !== null && (
          <>
            so since <Ago at={changedAt} />
          </>
        )}
        {changedAt !== null && resolvedAt !== null && ', '}
        {resolvedAt !== null && (
          <>
            last answered <Ago at={resolvedAt} />
          </>
        )}
        {resolvedAt === null && failingSince === null && 'not looked up yet'}
      </p>
    </>
  );
}
