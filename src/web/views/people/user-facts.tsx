import type { GrantAnswer } from '../../../http/answers/grants.ts';
import type { LockoutAnswer } from '../../../http/answers/lockouts.ts';
import type { UserAnswer } from '../../../http/answers/users.ts';
import { Button } from '../../pieces/button.tsx';
import { Facts } from '../../pieces/facts.tsx';
import { Table } from '../../pieces/table.tsx';
import { Ago, Instant, Left } from '../../pieces/times.tsx';
import { Link } from '../../router.tsx';
import {
  attestationWords,
  callerWords,
  factorOf,
  isLocked,
  languageWords,
  numberWords,
  pairingWords,
  subjectWords,
} from './user-words.ts';

export function UserFacts({ user }: { user: UserAnswer }) {
  return (
    <Facts
      facts={[
        ['Second factor', factorOf(user)],
        ['May call from', callerWords[user.callerPolicy]],
        ['Telephones', user.numbers.map(numberWords).join(', ') || '–'],
        [
          'Carrier must vouch',
          user.leastAttestation ? attestationWords[user.leastAttestation] : '–',
        ],
        ['Services', user.services.join(', ') || 'The usual ones'],
        ['Language', languageWords(user.language)],
        ['Being recognised', pairingWords[user.pairing]],
        ['E-mail', user.email ?? '–'],
        ['Since', <Instant key="since" at={user.createdAt} />],
      ]}
    />
  );
}

export function OpenGrants({ grants, userId }: { grants: readonly GrantAnswer[]; userId: number }) {
  return (
    <section aria-labelledby="user-open">
      <h2 id="user-open">Open now</h2>
      {grants.length === 0 ? (
        <p class="hint">Nothing is open.</p>
      ) : (
        <Table
          caption="What the user has open"
          rows={grants}
          rowKey={({ id }) => id}
          columns={[
            { name: 'Address', cell: ({ address }) => <code>{address}</code> },
            { name: 'Services', cell: ({ services }) => services.join(', ') },
            { name: 'Left', cell: ({ expiresAt }) => <Left until={expiresAt} /> },
            {
              name: 'By',
              cell: ({ callId }) =>
                callId === null ? (
                  'an administrator'
                ) : (
                  <Link to={`/history?call=${callId}`}>call {callId}</Link>
                ),
            },
          ]}
        />
      )}
      <p>
        <Link to={`/history?userId=${userId}`}>Their history</Link>
      </p>
    </section>
  );
}

export function UserLockouts({
  lockouts,
  onEnd,
}: {
  lockouts: readonly LockoutAnswer[];
  onEnd: (() => void) | undefined;
}) {
  return (
    <section aria-labelledby="user-failures">
      <h2 id="user-failures">Failures that are not forgotten</h2>
      <Table
        caption="Failures of the user"
        rows={lockouts}
        rowKey={({ subject }) => subject}
        columns={[
          { name: 'Who', cell: subjectWords },
          { name: 'Failures', kind: 'number', cell: ({ failures }) => failures },
          { name: 'Last', cell: ({ lastAt }) => <Ago at={lastAt} /> },
          { name: 'Locked', cell: (lockout) => <Locked lockout={lockout} /> },
        ]}
      />
      {onEnd && <Button onClick={onEnd}>Forget them</Button>}
    </section>
  );
}

export function Locked({ lockout }: { lockout: LockoutAnswer }) {
  return lockout.lockedUntil !== null && isLocked(lockout, Date.now()) ? (
    <>
      for <Left until={lockout.lockedUntil} />
    </>
  ) : (
    <>no</>
  );
}
