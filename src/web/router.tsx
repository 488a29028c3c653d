import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Where one is: the path names the view, the query its filters, so that an address can be sent to somebody. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const here = (): Place => ({
  path: window.location.pathname,
  query: new URLSearchParams(window.location.search),
});

const moved = 'dialgate-moved';

export function usePlace(): Place {
  const [place, see] = useState(here);
  useEffect(() => {
    const look = (): void => see(here());
    window.addEventListener('popstate', look);
    window.addEventListener(moved, look);
    return () => {
      window.removeEventListener('popstate', look);
      window.removeEventListener(moved, look);
    };
  }, []);
  return place;
}

/** What the browser keeps with a step: it leads on from the place before, further back in a list. */
const onward = 'onward';

/** Whether the browser's way back leads to the place in the list from which one came here. */
export const cameOnward = (): boolean => window.history.state === onward;

/** @param to A path with its query, of this page. */
export function go(
  to: string,
  { replace = false, state }: { replace?: boolean; state?: string } = {},
): void {
  if (replace) window.history.replaceState(state, '', to);
  else window.history.pushState(state, '', to);
  window.dispatchEvent(new Event(moved));
}

/**
 * Changes some filters and leaves the others; an empty or undefined one is taken away.
 * Without `step` the browser's way back does not lead through each of them; what changes
 * nothing is no step.
 */
export function setFilters(
  changes: Readonly<Record<string, string | undefined>>,
  { step = false } = {},
): void {
  const to = withFilters(changes);
  if (to !== withFilters({})) go(to, { replace: !step });
}

function withFilters(changes: Readonly<Record<string, string | undefined>>): string {
  const { path, query } = here();
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** To where a list goes on. */
export const goOnward = (cursor: string): void => go(withFilters({ cursor }), { state: onward });

/** A way within the page; with a key held down, the browser does what it does with any link. */
export function Link({
  to,
  children,
  ...rest
}: {
  to: string;
  children: ComponentChildren;
  class?: string;
  title?: string;
  'aria-label'?: string;
  'aria-current'?: 'page' | undefined;
}) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    go(to);
  };
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  );
}
