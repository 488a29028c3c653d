import { useState } from 'preact/hooks';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import type { LockoutAnswer } from '../../../http/answers/lockouts.ts';
import type { UserAnswer } from '../../../http/answers/users.ts';
import { ask } from '../../api/ask.ts';
import { everyPage } from '../../api/every-page.ts';
import { useHappenings } from '../../api/events.ts';
import { useRights } from '../../api/session.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { Badge, Loading, ProblemNote } from '../../pieces/notes.tsx';
import { PageHead } from '../../pieces/page-head.tsx';
import { go, Link } from '../../router.tsx';
import { SecretOnce, type Secrets } from './secret-once.tsx';
import { UserAct, type Act } from './user-act.tsx';
import { OpenGrants, UserFacts, UserLockouts } from './user-facts.tsx';
import { pathOf, UserForm } from './user-form.tsx';
import { isLocked } from './user-words.ts';

/** All that is known of one user, and all that can be done with them. */
export function UserPage({
  name,
  toCard,
}: {
  name: string;
  toCard: (name: string, knockCode: string) => void;
}) {
  const { change } = useRights();
  const [act, choose] = useState<Act | 'change'>();
  const [secrets, show] = useState<Secrets>();
  const seen = useAsked(`user ${name}`, async (signal) => {
    const { body: user, etag } = await ask<UserAnswer>('GET', pathOf(name), { signal });
    const [grants, lockouts] = await Promise.all([
      everyPage<GrantAnswer>('/v1/grants', { userId: user.id }, { signal }),
      everyPage<LockoutAnswer>('/v1/lockouts', {}, { signal }),
    ]);
    const own = lockouts.items.filter(({ userName }) => userName === name);
    return { user, etag, grants: grants.items, lockouts: own };
  });
  const { value, problem } = seen;
  useHappenings(undefined, ({ userId }) => {
    if (userId !== undefined && userId === value?.user.id) seen.again();
  });

  const leave = (): void => choose(undefined);
  return (
    <>
      <Link to="/people" class="way-back">
        All people
      </Link>
      <PageHead title={name} about={value && <State user={value.user} lockouts={value.lockouts} />}>
        {change && value && (
          <>
            <Button
              icon="print"
              onClick={() => go(`/people?user=${encodeURIComponent(name)}&card=a4`)}
            >
              Travel card
            </Button>
            <Button kind="main" icon="edit" onClick={() => choose('change')}>
              Change
            </Button>
          </>
        )}
      </PageHead>
      {problem && <ProblemNote problem={problem} again={seen.again} />}
      {!value && !problem && <Loading what={name} />}
      {value && (
        <div class="user-page">
          <UserFacts user={value.user} />
          <OpenGrants grants={value.grants} userId={value.user.id} />
          {value.lockouts.length > 0 && (
            <UserLockouts
              lockouts={value.lockouts}
              onEnd={change ? () => choose('unlock') : undefined}
            />
          )}
          {change && <Acts user={value.user} choose={choose} />}
        </div>
      )}
      {value && act === 'change' && (
        <UserForm user={value.user} etag={value.etag} onClose={leave} onChanged={seen.again} />
      )}
      {value && act !== undefined && act !== 'change' && (
        <UserAct
          act={act}
          user={value.user}
          etag={value.etag}
          onClose={leave}
          onDone={seen.again}
          onSecrets={show}
        />
      )}
      {/* one dialog after the other, so that the focus finds its way back */}
      {secrets && act === undefined && (
        <SecretOnce secrets={secrets} toCard={toCard} onClose={() => show(undefined)} />
      )}
    </>
  );
}

function State({ user, lockouts }: { user: UserAnswer; lockouts: readonly LockoutAnswer[] }) {
  if (user.disabled) return <Badge kind="bad">Disabled</Badge>;
  const locked = lockouts.some((lockout) => isLocked(lockout, Date.now()));
  return locked ? <Badge kind="warn">Locked out</Badge> : <Badge kind="good">May call</Badge>;
}

function Acts({ user, choose }: { user: UserAnswer; choose: (act: Act) => void }) {
  return (
    <section class="user-acts" aria-labelledby="user-acts">
      <h2 id="user-acts">What they identify with</h2>
      <div class="buttons">
        <Button onClick={() => choose('pin')}>New PIN</Button>
        <Button onClick={() => choose('knock-code')}>New knock code</Button>
        <Button onClick={() => choose('totp')}>Authenticator app</Button>
        <Button onClick={() => choose('sheet')}>Sheet of codes</Button>
        {user.secondFactor !== 'none' && (
          <Button onClick={() => choose('no-factor')}>No second factor</Button>
        )}
      </div>
      <h2>The user</h2>
      <div class="buttons">
        {user.disabled ? (
          <Button onClick={() => choose('enable')}>Enable</Button>
        ) : (
          <Button onClick={() => choose('disable')}>Disable</Button>
        )}
        <Button kind="danger" icon="remove" onClick={() => choose('remove')}>
          Remove
        </Button>
      </div>
    </section>
  );
}
