import { useState } from 'preact/hooks';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import { useRights } from '../../api/session.ts';
import type { Asked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { Confirm } from '../../pieces/dialog.tsx';
import { Badge, Empty, Loading, ProblemNote } from '../../pieces/notes.tsx';
import { setFilters, usePlace } from '../../router.tsx';
import { closeMany } from './changing-grants.ts';
import { ExtendDialog } from './extend-dialog.tsx';
import { OpenGrant } from './open-grant.tsx';
import { without, type OpenGrants } from './use-grants.ts';

/** So many are looked through by eye. */
const few = 8;

/** Everybody who has something open, by name, so that a row stays where it is while others come and go. */
export function WhoIsIn({ open }: { open: Asked<OpenGrants> }) {
  const { value, problem, know, again } = open;
  const find = usePlace().query.get('find') ?? '';
  const [extending, extend] = useState<GrantAnswer>();
  const [leaving, leave] = useState<string>();
  if (!value) {
    return problem ? <ProblemNote problem={problem} again={again} /> : <Loading what="who is in" />;
  }
  const found = value.grants.filter((grant) => fits(grant, find));
  const people = Map.groupBy(found, ({ userName }) => userName);
  const names = [...people.keys()].toSorted((a, b) => a.localeCompare(b));
  return (
    <section aria-labelledby="who-is-in">
      <header class="section-head">
        <h2 id="who-is-in">Who is in</h2>
        {(value.grants.length > few || find !== '') && (
          <input
            type="search"
            aria-label="Find by name, address or service"
            placeholder="Name, address, service"
            value={find}
            onInput={(event) => setFilters({ find: event.currentTarget.value })}
          />
        )}
      </header>
      {problem && <ProblemNote problem={problem} again={again} />}
      {value.grants.length === 0 && (
        <Empty title="Nobody is in">
          <p>When somebody telephones and opens their address, they are here at that moment.</p>
        </Empty>
      )}
      {value.grants.length > 0 && found.length === 0 && (
        <Empty title={`Nobody who is in fits “${find}”`} />
      )}
      <ul class="people-in">
        {names.map((name) => (
          <Person
            key={name}
            name={name}
            grants={people.get(name) ?? []}
            onClosed={(id) => know((before) => before && without(before, id))}
            onExtend={extend}
            onLeave={() => leave(name)}
          />
        ))}
      </ul>
      {value.more && <p class="faint">There are more; these are the newest.</p>}
      {extending && <ExtendDialog grant={extending} onClose={() => extend(undefined)} />}
      {leaving && (
        <Confirm
          title={`Close all of ${leaving}?`}
          act={`Close all of ${leaving}`}
          doing={() => closeMany({ user: leaving }).then(again)}
          onClose={() => leave(undefined)}
        >
          <p>Everything that {leaving} has open is closed, and connections that stand are cut.</p>
        </Confirm>
      )}
    </section>
  );
}

function Person({
  name,
  grants,
  onClosed,
  onExtend,
  onLeave,
}: {
  name: string;
  grants: readonly GrantAnswer[];
  onClosed: (id: number) => void;
  onExtend: (grant: GrantAnswer) => void;
  onLeave: () => void;
}) {
  const rights = useRights();
  const services = [...new Set(grants.flatMap((grant) => grant.services))].toSorted();
  return (
    <li class="person card">
      <header>
        <h3>{name}</h3>
        <p class="services" aria-label="Services">
          {services.map((service) => (
            <Badge key={service}>{service}</Badge>
          ))}
        </p>
        {rights.close && grants.length > 1 && (
          <Button kind="quiet" onClick={onLeave}>
            Close all of {name}
          </Button>
        )}
      </header>
      <ul>
        {grants.map((grant) => (
          <OpenGrant
            key={grant.id}
            grant={grant}
            onClosed={() => onClosed(grant.id)}
            onExtend={() => onExtend(grant)}
          />
        ))}
      </ul>
    </li>
  );
}

const fits = ({ userName, address, services }: GrantAnswer, find: string): boolean =>
  [userName, address, ...services].some((text) =>
    text.toLowerCase().includes(find.trim().toLowerCase()),
  );
