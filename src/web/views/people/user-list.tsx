import { useState } from 'preact/hooks';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import type { LockoutAnswer } from '../../../http/answers/lockouts.ts';
import type { NewUserAnswer, UserAnswer } from '../../../http/answers/users.ts';
import { everyPage } from '../../api/every-page.ts';
import type { Kind } from '../../api/kinds.ts';
import { useRights } from '../../api/session.ts';
import { useAsked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';
import { Button } from '../../pieces/button.tsx';
import { TextField } from '../../pieces/field.tsx';
import { Badge, Empty, Loading, Note, ProblemNote } from '../../pieces/notes.tsx';
import { Table, type Column } from '../../pieces/table.tsx';
import { Link, setFilters, usePlace } from '../../router.tsx';
import { ofNewUser, SecretOnce, type Secrets } from './secret-once.tsx';
import { UserForm } from './user-form.tsx';
import { callerWords, factorOf, isLocked, languageWords, numberWords } from './user-words.ts';

/** A browser draws more only slowly; whoever has more types some letters. */
const mostShown = 250;

/** What happens comes at once; this is for locks that end by themselves. ms. */
const slow = 60_000;

const about: readonly Kind[] = [
  'user-created',
  'user-changed',
  'user-disabled',
  'user-enabled',
  'user-removed',
  'second-factor-set',
  'second-factor-removed',
  'gate-opened',
  'gate-closed',
  'gate-expired',
  'lockout-began',
  'lockout-ended',
];

export function UserList({ toCard }: { toCard: (name: string, knockCode: string) => void }) {
  const { change } = useRights();
  const { query } = usePlace();
  const wanted = query.get('q') ?? '';
  const [making, make] = useState(false);
  const [secrets, show] = useState<Secrets>();
  const people = useAsked('people', async (signal) => {
    const [users, lockouts, grants] = await Promise.all([
      everyPage<UserAnswer>('/v1/users', {}, { signal }),
      everyPage<LockoutAnswer>('/v1/lockouts', {}, { signal }),
      everyPage<GrantAnswer>('/v1/grants', {}, { signal }),
    ]);
    return { users, lockouts: lockouts.items, grants: grants.items };
  });
  useKept(about, people, slow);

  const { value, problem } = people;
  const found = value?.users.items.filter((user) => fits(user, wanted)) ?? [];
  return (
    <section class="people-list">
      <div class="people-bar">
        <TextField
          label="Find a user"
          type="search"
          placeholder="Name, number or e-mail"
          value={wanted}
          onText={(q) => setFilters({ q })}
        />
        {change && (
          <Button kind="main" icon="add" onClick={() => make(true)}>
            New user
          </Button>
        )}
      </div>
      {problem && <ProblemNote problem={problem} again={people.again} />}
      {!value && !problem && <Loading what="users" />}
      {value && found.length === 0 && (
        <Empty title={wanted ? 'No user is like that' : 'There is no user yet'}>
          <p>{wanted ? 'Try fewer letters.' : 'Make one, and give them their travel card.'}</p>
        </Empty>
      )}
      {value && found.length > 0 && (
        <Table
          caption="Users"
          rows={found.slice(0, mostShown)}
          rowKey={({ id }) => id}
          columns={columnsFor(value)}
        />
      )}
      {value && (found.length > mostShown || value.users.more) && (
        <Note>There are more. Type some letters of a name to find them.</Note>
      )}
      {making && (
        <UserForm
          onClose={() => make(false)}
          onMade={(made: NewUserAnswer) => {
            make(false);
            people.again();
            show(ofNewUser(made));
          }}
        />
      )}
      {secrets && <SecretOnce secrets={secrets} toCard={toCard} onClose={() => show(undefined)} />}
    </section>
  );
}

const fits = ({ name, email, numbers }: UserAnswer, wanted: string): boolean => {
  const letters = wanted.trim().toLowerCase();
  const digits = wanted.replaceAll(/[^0-9]/g, '');
  return (
    name.toLowerCase().includes(letters) ||
    (email?.toLowerCase().includes(letters) ?? false) ||
    (digits.length > 2 && numbers.some((number) => number.includes(digits)))
  );
};

const columnsFor = ({
  grants,
  lockouts,
}: {
  grants: readonly GrantAnswer[];
  lockouts: readonly LockoutAnswer[];
}): readonly Column<UserAnswer>[] => [
  {
    name: 'Name',
    cell: ({ name, email }) => (
      <>
        <Link to={`/people?user=${encodeURIComponent(name)}`} class="user-name">
          {name}
        </Link>
        {email && <span class="beneath">{email}</span>}
      </>
    ),
  },
  {
    name: 'State',
    cell: (user) => {
      const locked = lockouts.some(
        (one) => one.userName === user.name && isLocked(one, Date.now()),
      );
      if (user.disabled) return <Badge kind="bad">Disabled</Badge>;
      return locked ? <Badge kind="warn">Locked out</Badge> : <Badge kind="good">May call</Badge>;
    },
  },
  {
    name: 'Open now',
    kind: 'number',
    cell: ({ id }) => grants.filter(({ userId }) => userId === id).length || '–',
  },
  { name: 'Second factor', cell: factorOf },
  {
    name: 'Telephones',
    cell: ({ callerPolicy, numbers }) => (
      <>
        {callerWords[callerPolicy]}
        {numbers.length > 0 && <span class="beneath">{numbers.map(numberWords).join(', ')}</span>}
      </>
    ),
  },
  { name: 'Language', extra: true, cell: ({ language }) => languageWords(language) },
  { name: 'Services', extra: true, cell: ({ services }) => services.join(', ') || 'The usual' },
];
