import { useState } from 'preact/hooks';
import type { NewTokenAnswer, TokenAnswer } from '../../../http/answers/tokens.ts';
import { everyPage } from '../../api/every-page.ts';
import { useRights } from '../../api/session.ts';
import { useAsked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';
import { Button } from '../../pieces/button.tsx';
import { Badge, Loading, ProblemNote } from '../../pieces/notes.tsx';
import { Table } from '../../pieces/table.tsx';
import { Instant } from '../../pieces/times.tsx';
import { SecretOnce } from './secret-once.tsx';
import { Revoke, TokenForm } from './token-form.tsx';
import { roleWords } from './role-words.ts';

const about = ['token-created', 'token-revoked'] as const;
/** Tokens run out, too. ms. */
const slow = 60_000;

const isLive = ({ revokedAt, expiresAt }: TokenAnswer): boolean =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());

/** What lets programs and people in at the API and at this page. */
export function Tokens() {
  const { change, name: own } = useRights();
  const [making, make] = useState(false);
  const [revoking, revoke] = useState<TokenAnswer>();
  const [made, show] = useState<NewTokenAnswer>();
  const asked = useAsked('tokens', (signal) =>
    everyPage<TokenAnswer>('/v1/tokens', {}, { signal }),
  );
  useKept(about, asked, slow);
  const { value, problem } = asked;
  // those that still let somebody in come first
  const tokens = (value?.items ?? []).toSorted((a, b) => Number(isLive(b)) - Number(isLive(a)));
  return (
    <section aria-label="Tokens">
      <div class="people-bar">
        <p class="hint">A token signs in here, or speaks to the API. Its secret is shown once.</p>
        {change && (
          <Button kind="main" icon="add" onClick={() => make(true)}>
            New token
          </Button>
        )}
      </div>
      {problem && <ProblemNote problem={problem} again={asked.again} />}
      {!value && !problem && <Loading what="tokens" />}
      {value && (
        <Table
          caption="Tokens"
          rows={tokens}
          rowKey={({ id }) => id}
          rowClass={(token) => (isLive(token) ? undefined : 'past')}
          columns={[
            {
              name: 'Name',
              cell: ({ name }) => (
                <>
                  {name} {name === own && <Badge>you</Badge>}
                </>
              ),
            },
            { name: 'Role', cell: ({ role }) => roleWords[role] },
            { name: 'Made', extra: true, cell: ({ createdAt }) => <Instant at={createdAt} /> },
            { name: 'Until', cell: (token) => <Until token={token} /> },
            ...(change
              ? [
                  {
                    name: 'What can be done',
                    kind: 'actions' as const,
                    cell: (token: TokenAnswer) =>
                      token.revokedAt === null && (
                        <Button
                          kind="quiet"
                          onClick={() => revoke(token)}
                          aria-label={`Revoke ${token.name}`}
                        >
                          Revoke
                        </Button>
                      ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {making && (
        <TokenForm
          onClose={() => make(false)}
          onMade={(token) => {
            make(false);
            asked.again();
            show(token);
          }}
        />
      )}
      {revoking && (
        <Revoke
          token={revoking}
          own={revoking.name === own}
          onClose={() => revoke(undefined)}
          onDone={asked.again}
        />
      )}
      {made && (
        <SecretOnce
          secrets={{
            title: `The token ${made.token.name}`,
            of: made.token.name,
            values: [{ name: 'Token', value: made.secret }],
            hint: 'Keep it where only its program or its person can read it.',
          }}
          toCard={() => undefined}
          onClose={() => show(undefined)}
        />
      )}
    </section>
  );
}

function Until({ token: { revokedAt, expiresAt } }: { token: TokenAnswer }) {
  if (revokedAt !== null) return <Badge kind="bad">Revoked</Badge>;
  if (expiresAt === null) return <>No end</>;
  const over = Date.parse(expiresAt) <= Date.now();
  return over ? <Badge kind="warn">Ran out</Badge> : <Instant at={expiresAt} />;
}
