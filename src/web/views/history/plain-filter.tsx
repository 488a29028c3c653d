import { useState } from 'preact/hooks';
import { Button } from '../../pieces/button.tsx';
import { Fold } from '../../pieces/fold.tsx';
import { SelectField, TextField } from '../../pieces/field.tsx';
import { setFilters, usePlace } from '../../router.tsx';
import { setWords } from './record-filter.ts';
import type { Names } from './use-names.ts';

type FieldName = 'userId' | 'caller' | 'address';

/** The few conditions that calls and grants have; they stand in the address bar. */
export function PlainFilter({ fields, names }: { fields: readonly FieldName[]; names: Names }) {
  const { query } = usePlace();
  const typed = fields.find((field) => field !== 'userId');
  const given = typed ? (query.get(typed) ?? '') : '';
  return (
    <Fold words="Filter" about={setWords(fields.filter((field) => query.get(field)).length)}>
      <div class="record-filter" role="search" aria-label="Filter">
        <UserSelect names={names} />
        {typed && <TypedField key={given} name={typed} given={given} />}
      </div>
    </Fold>
  );
}

function TypedField({ name, given }: { name: 'caller' | 'address'; given: string }) {
  const [text, type] = useState(given);
  return (
    <form
      class="one-field"
      onSubmit={(event) => {
        event.preventDefault();
        setFilters({ [name]: text.trim() }, { step: true });
      }}
    >
      <TextField
        label={name === 'caller' ? 'Caller number' : 'Address'}
        type="search"
        value={text}
        onText={type}
      />
      <Button submit icon="search">
        Show
      </Button>
    </form>
  );
}

export function UserSelect({ names }: { names: Names }) {
  const { query } = usePlace();
  const chosen = query.get('userId') ?? '';
  const known = [...names].map(([id, name]) => [String(id), name] as const);
  const unknown = chosen !== '' && !known.some(([id]) => id === chosen);
  return (
    <SelectField
      label="User"
      value={chosen}
      options={[
        ['', 'Everybody'],
        ...(unknown ? [[chosen, `user ${chosen}`] as const] : []),
        ...known,
      ]}
      onChoice={(userId) => setFilters({ userId }, { step: true })}
    />
  );
}
