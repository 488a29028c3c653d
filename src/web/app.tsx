import { useEffect } from 'preact/hooks';
import { lookForSession, useSessionState } from './api/session.ts';
import { Frame } from './layout/frame.tsx';
import { Loading, ProblemNote } from './pieces/notes.tsx';
import { Toasts } from './pieces/toasts.tsx';
import { go, usePlace, type Place } from './router.tsx';
import { SignIn } from './views/sign-in/sign-in.tsx';

export function App() {
  const seen = useSessionState();
  const place = usePlace();
  useEffect(() => void lookForSession(), []);
  const wayBack = backOf(place);

  useEffect(() => {
    if (seen.is === 'out' && place.path !== '/sign-in') {
      // who left on purpose wants no way back
      const back = seen.why === 'left' ? '' : `?back=${encodeURIComponent(wholeOf(place))}`;
      go(`/sign-in${back}`, { replace: true });
    }
    if (seen.is === 'in' && (place.path === '/sign-in' || place.path === '/')) {
      go(wayBack, { replace: true });
    }
  }, [seen, place, wayBack]);

  return (
    <>
      {seen.is === 'unknown' && <Loading what="the page" />}
      {seen.is === 'unreachable' && (
        <div class="alone">
          <ProblemNote problem={seen.problem} again={() => void lookForSession()} />
        </div>
      )}
      {seen.is === 'out' && <SignIn ended={seen.why === 'ended'} />}
      {seen.is === 'in' && place.path !== '/sign-in' && place.path !== '/' && (
        <Frame place={place} session={seen.session} />
      )}
      {seen.is === 'in' && <Toasts />}
    </>
  );
}

const wholeOf = ({ path, query }: Place): string => {
  const text = query.toString();
  return text ? `${path}?${text}` : path;
};

/** Only within this page: an address that somebody was sent must lead nowhere else. */
function backOf({ query }: Place): string {
  const back = query.get('back');
  if (!back) return '/now';
  const there = new URL(back, window.location.origin);
  const ours = there.origin === window.location.origin && there.pathname !== '/sign-in';
  return ours && there.pathname !== '/' ? `${there.pathname}${there.search}` : '/now';
}
