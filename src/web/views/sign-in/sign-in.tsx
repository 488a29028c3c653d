import { useState } from 'preact/hooks';
import { signIn } from '../../api/session.ts';
import { Mark } from '../../layout/mark.tsx';
import { ThemeSwitch } from '../../layout/theme-switch.tsx';
import { Button } from '../../pieces/button.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { TextField } from '../../pieces/field.tsx';
import { Note, ProblemNote } from '../../pieces/notes.tsx';
import { PageHead } from '../../pieces/page-head.tsx';

/** The token goes once over the wire and is not kept; the browser holds a cookie that no script can read. */
export function SignIn({ ended }: { ended: boolean }) {
  const [token, setToken] = useState('');
  const [missing, setMissing] = useState(false);
  const { busy, problem, run } = useDoing();
  const refused = problem?.status === 401;

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = token.trim();
    setMissing(given === '');
    if (given !== '') await run(() => signIn(given));
  };

  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p class="brand">
          <Mark />
          <span>dialgate</span>
        </p>
        <PageHead title="Sign in" />
        {ended && (
          <Note kind="warn">
            <p>Your session has ended. Sign in, and you are where you were.</p>
          </Note>
        )}
        {problem && !refused && <ProblemNote problem={problem} />}
        <TextField
          label="Token"
          type="password"
          name="token"
          autoComplete="current-password"
          autoFocus
          value={token}
          onText={setToken}
          error={errorOf(missing, refused)}
          hint={
            <>
              Made by <code>dialgate token add</code>, and shown once.
            </>
          }
        />
        <Button kind="main" submit busy={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
      <ThemeSwitch />
    </main>
  );
}

function errorOf(missing: boolean, refused: boolean): string | undefined {
  if (missing) return 'Put in your token.';
  return refused ? 'This is not a live token: look for a slip, or ask for a new one.' : undefined;
}
