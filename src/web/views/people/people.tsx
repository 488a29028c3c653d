import { useEffect, useState } from 'preact/hooks';
import { useRights } from '../../api/session.ts';
import { PageHead } from '../../pieces/page-head.tsx';
import { Link, usePlace } from '../../router.tsx';
import { CardPage } from './card/card-page.tsx';
import { Lockouts } from './lockouts.tsx';
import { Tokens } from './tokens.tsx';
import { UserList } from './user-list.tsx';
import { UserPage } from './user-page.tsx';
import '../shared.css';
import './people.css';
import './paper.css';
import './card/travel-card.css';

/** A knock code that was made a moment ago: the one time when a card can show it unasked. */
interface Fresh {
  readonly name: string;
  readonly knockCode: string;
}

/** Who may telephone: all of them, one of them (`?user=`), or one's travel card (`&card`). */
export function People() {
  const { query } = usePlace();
  const name = query.get('user');
  const onCard = name !== null && query.has('card');
  const [fresh, keepFresh] = useState<Fresh>();
  useEffect(() => {
    // it was on its way to a card, and nowhere else
    if (!onCard) keepFresh(undefined);
  }, [onCard]);

  if (name !== null && onCard) {
    const given = fresh?.name === name ? fresh.knockCode : undefined;
    return <CardPage key={name} name={name} knockCode={given} />;
  }
  const toCard = (user: string, knockCode: string): void => keepFresh({ name: user, knockCode });
  if (name !== null) return <UserPage key={name} name={name} toCard={toCard} />;
  return <Lists toCard={toCard} />;
}

function Lists({ toCard }: { toCard: (name: string, knockCode: string) => void }) {
  const { query } = usePlace();
  const { readRecord } = useRights();
  const shown = query.get('show') ?? 'users';
  const tabs = [
    ['users', 'Users', '/people'],
    ['lockouts', 'Lockouts', '/people?show=lockouts'],
    ...(readRecord ? [['tokens', 'Tokens', '/people?show=tokens']] : []),
  ] as const;
  return (
    <>
      <PageHead title="People" about="Who may telephone, and who may use this page." />
      <nav class="tabs" aria-label="Of people">
        {tabs.map(([id, words, to]) => (
          <Link key={id} to={to} aria-current={id === shown ? 'page' : undefined}>
            {words}
          </Link>
        ))}
      </nav>
      {shown === 'lockouts' ? (
        <Lockouts />
      ) : shown === 'tokens' && readRecord ? (
        <Tokens />
      ) : (
        <UserList toCard={toCard} />
      )}
    </>
  );
}
