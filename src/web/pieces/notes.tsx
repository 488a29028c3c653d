import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** What went wrong, in the server's words; with a way to try again where that may help. */
export function ProblemNote({ problem, again }: { problem: Problem; again?: () => void }) {
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // a long dialog may be scrolled to elsewhere
    if (note.current?.closest('dialog')) note.current.scrollIntoView({ block: 'nearest' });
  }, [problem]);
  return (
    <div class="note bad" role="alert" ref={note}>
      <Icon name="warning" />
      <div>
        <strong>{problem.title}</strong>
        <p>{problem.message}</p>
      </div>
      {again && problem.mayPass && <Button onClick={again}>Try again</Button>}
    </div>
  );
}

/** What somebody should know. */
export function Note({
  kind = 'plain',
  children,
}: {
  kind?: 'plain' | 'warn' | 'bad';
  children: ComponentChildren;
}) {
  return (
    <div class={`note ${kind}`}>
      <Icon name={kind === 'plain' ? 'ok' : 'warning'} />
      <div>{children}</div>
    </div>
  );
}

/** Says in words that there is nothing, and what would be here. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {children}
    </div>
  );
}

/** A word with a colour; the word says it, too. */
export function Badge({
  kind = 'plain',
  children,
}: {
  kind?: 'plain' | 'good' | 'warn' | 'bad';
  children: ComponentChildren;
}) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

/** Holds the place of what is still coming. */
export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what} …
    </p>
  );
}
