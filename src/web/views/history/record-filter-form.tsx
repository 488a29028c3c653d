import { useState } from 'preact/hooks';
import { kinds, kindWords } from '../../api/kinds.ts';
import { Button } from '../../pieces/button.tsx';
import { SelectField, TextField } from '../../pieces/field.tsx';
import { setFilters } from '../../router.tsx';
import { filterNames, fromField, toField, type RecordFilter as Filter } from './record-filter.ts';
import { UserSelect } from './plain-filter.tsx';
import type { Names } from './use-names.ts';

const kindOptions = kinds.map((kind) => [kind, kindWords[kind]] as const);

/** Which lines are looked at. What is chosen holds at once; what is typed, when it is sent. */
export function RecordFilter({ filter, names }: { filter: Filter; names: Names }) {
  const [typed, type] = useState({
    address: filter.address ?? '',
    caller: filter.caller ?? '',
    actor: filter.actor ?? '',
  });
  const [from, setFrom] = useState(toField(filter.from));
  const [to, setTo] = useState(toField(filter.to));
  const clear = (): void =>
    setFilters(Object.fromEntries(filterNames.map((name) => [name, undefined])), { step: true });
  return (
    <form
      class="record-filter"
      role="search"
      aria-label="Filter of the record"
      onSubmit={(event) => {
        event.preventDefault();
        const { address, caller, actor } = typed;
        setFilters(
          {
            address: address.trim(),
            caller: caller.trim(),
            actor: actor.trim(),
            from: fromField(from),
            to: fromField(to),
          },
          { step: true },
        );
      }}
    >
      <SelectField
        label="What"
        value={filter.kind ?? ''}
        options={[['', 'Everything'], ...kindOptions]}
        onChoice={(kind) => setFilters({ kind }, { step: true })}
      />
      <UserSelect names={names} />
      <TextField
        label="Address"
        placeholder="203.0.113.7"
        value={typed.address}
        onText={(address) => type((all) => ({ ...all, address }))}
      />
      <TextField
        label="Caller number"
        placeholder="15550123, or withheld"
        value={typed.caller}
        onText={(caller) => type((all) => ({ ...all, caller }))}
      />
      <TextField
        label="By"
        placeholder="token:ops"
        value={typed.actor}
        onText={(actor) => type((all) => ({ ...all, actor }))}
      />
      <TextField label="From" type="datetime-local" value={from} onText={setFrom} />
      <TextField label="To" type="datetime-local" value={to} onText={setTo} />
      <div class="filter-buttons">
        <Button submit icon="search">
          Show
        </Button>
        {Object.keys(filter).length > 0 && (
          <Button kind="quiet" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
    </form>
  );
}
