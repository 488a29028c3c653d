import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** As the style sheets have it. */
const small = '(width < 48rem)';

/** On a small screen it is folded away behind its words, so that what it stands before is not far down. */
export function Fold({
  words,
  about,
  id,
  children,
}: {
  words: string;
  /** What one would like to know without unfolding it. */
  about?: string | undefined;
  /** Of its heading; without one it has a heading on small screens alone. */
  id?: string;
  children: ComponentChildren;
}) {
  const isSmall = useSmall();
  const heading = id === undefined ? words : <h2 id={id}>{words}</h2>;
  if (!isSmall) {
    return (
      <>
        {id !== undefined && heading}
        {children}
      </>
    );
  }
  return (
    <details class="fold">
      <summary>
        {heading}
        {about && <span class="hint">{about}</span>}
      </summary>
      {children}
    </details>
  );
}

function useSmall(): boolean {
  const [is, see] = useState(() => window.matchMedia(small).matches);
  useEffect(() => {
    const screen = window.matchMedia(small);
    const look = (): void => see(screen.matches);
    look();
    screen.addEventListener('change', look);
    return () => screen.removeEventListener('change', look);
  }, []);
  return is;
}
