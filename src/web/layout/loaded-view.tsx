import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../api/problem.ts';
import { Loading, ProblemNote } from '../pieces/notes.tsx';
import type { View } from '../views.ts';

/** What came of loading each view, so that going back to one draws it at once. */
const loaded = new Map<string, ComponentType>();

/** Loads a view and draws it. */
export function LoadedView({ view }: { view: View }) {
  const [failed, fail] = useState(false);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (loaded.has(view.path)) return undefined;
    let wanted = true;
    view
      .load()
      .then((component) => {
        loaded.set(view.path, component);
        if (wanted) redraw((count) => count + 1);
      })
      .catch(() => {
        if (wanted) fail(true);
      });
    return () => void (wanted = false);
  }, [view]);
  const Drawn = loaded.get(view.path);
  if (Drawn) return <Drawn />;
  // the server was updated, and the files of this page are there no more; or it is away
  if (failed) return <ProblemNote problem={unloaded} again={() => window.location.reload()} />;
  return <Loading what={view.title} />;
}

const unloaded = new Problem({
  code: 'offline',
  title: 'This view could not be loaded',
  detail: 'The server does not answer, or there is a newer page: load it again.',
  status: 0,
});
