import type { SessionAnswer } from '../../http/answers/sessions.ts';
import { useConnection, useLive } from '../api/events.ts';
import { signOut, useRights } from '../api/session.ts';
import { asProblem } from '../api/problem.ts';
import { Button } from '../pieces/button.tsx';
import { Icon } from '../pieces/icon.tsx';
import { PageHead } from '../pieces/page-head.tsx';
import { toast } from '../pieces/toasts.tsx';
import { Link, type Place } from '../router.tsx';
import { views, type View } from '../views.ts';
import { LoadedView } from './loaded-view.tsx';
import { Mark } from './mark.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** What stands around every view of whoever is signed in. */
export function Frame({ place, session }: { place: Place; session: SessionAnswer }) {
  useConnection();
  const rights = useRights();
  const ways = views.filter(({ may }) => may?.(rights) ?? true);
  const view = ways.find(({ path }) => path === place.path);
  return (
    <div class="frame">
      <a class="skip" href="#main">
        To the content
      </a>
      <aside class="rail">
        <Link to="/now" class="brand" aria-label="dialgate, now">
          <Mark />
          <span>dialgate</span>
        </Link>
        <nav aria-label="Views">
          <ul>
            {ways.map(({ path, title, icon }) => (
              <li key={path}>
                <Link to={path} aria-current={path === place.path ? 'page' : undefined}>
                  <Icon name={icon} />
                  <span>{title}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="self">
          <Liveness />
          <p class="who">
            <strong>{session.name}</strong>
            <span>{session.role}</span>
          </p>
          <ThemeSwitch />
          <Button kind="quiet" icon="leave" onClick={() => void leave()} aria-label="Sign out">
            Sign out
          </Button>
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        {view ? <LoadedView key={view.path} view={view} /> : <Nowhere ways={ways} />}
      </main>
    </div>
  );
}

async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    toast({ text: `You are still signed in: ${asProblem(error).message}`, kind: 'bad' });
  }
}

function Liveness() {
  const live = useLive();
  return (
    <p class={live ? 'liveness on' : 'liveness'} role="status">
      <span class="dot" aria-hidden="true" />
      {live ? 'Live' : 'Connecting …'}
    </p>
  );
}

/** The address was mistyped, or is of another release. */
function Nowhere({ ways }: { ways: readonly View[] }) {
  return (
    <>
      <PageHead
        title="There is no such page"
        about={
          <>
            Nothing is at <code>{window.location.pathname}</code>. There are these:
          </>
        }
      />
      <ul class="nowhere">
        {ways.map(({ path, title }) => (
          <li key={path}>
            <Link to={path}>{title}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}
