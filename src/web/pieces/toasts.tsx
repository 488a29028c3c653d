import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from './button.tsx';

export interface Toast {
  readonly text: string;
  readonly kind?: 'plain' | 'bad';
  /** Something that can be done about it while it is shown, such as undo. */
  readonly action?: { readonly label: string; readonly run: () => void };
  /** How long it stays; 5 without an action, 8 with one. Pointing at it or being in it stops the clock. */
  readonly seconds?: number;
}

interface Shown extends Toast {
  readonly id: number;
}

let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();
const most = 4;

function become(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Tells of something that was done; read out by screen readers. Gives back how to take it away. */
export function toast(given: Toast): () => void {
  lastId += 1;
  const id = lastId;
  // what comes of a session that has ended is for nobody
  if (listeners.size > 0) become([...shown, { ...given, id }].slice(-most));
  return () => drop(id);
}

const drop = (id: number): void => become(shown.filter((one) => one.id !== id));

/** Drawn while somebody is signed in; whoever comes next sees nothing of theirs. */
export function Toasts() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = (): void => redraw((count) => count + 1);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      become([]);
    };
  }, []);
  return (
    <section class="toasts" aria-label="What has just happened" aria-live="polite">
      {shown.map((one) => (
        <OneToast key={one.id} toast={one} />
      ))}
    </section>
  );
}

function OneToast({ toast: { id, text, kind = 'plain', action, seconds } }: { toast: Shown }) {
  const left = useRef((seconds ?? (action ? 8 : 5)) * 1000);
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const began = performance.now();
    const timer = window.setTimeout(() => drop(id), left.current);
    return () => {
      window.clearTimeout(timer);
      left.current = Math.max(1500, left.current - (performance.now() - began));
    };
  }, [held, id]);
  return (
    <div
      class={`toast ${kind}`}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      <p>{text}</p>
      {action && (
        <Button
          kind="quiet"
          onClick={() => {
            drop(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <Button kind="quiet" icon="close" aria-label="Dismiss" onClick={() => drop(id)} />
    </div>
  );
}
