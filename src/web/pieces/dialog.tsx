import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';
import { useDoing } from './doing.ts';
import { ProblemNote } from './notes.tsx';

/** Had the focus before the first of the dialogs that are open, one of which may follow another. */
let opener: Element | null = null;

/**
 * The browser's own modal dialog: it keeps the focus, closes by Escape and gives the focus
 * back. Draw it while it is open, and take it away in `onClose`. Without `onClose` it has no
 * cross and stays at Escape: only what is in it takes it away.
 */
export function Dialog({
  title,
  wide = false,
  onClose,
  children,
}: {
  title: string;
  wide?: boolean;
  onClose?: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // before the next key: a Tab in between would go to what is behind
  useLayoutEffect(() => {
    const before = document.activeElement;
    if (!document.querySelector('dialog[open]')) opener = before;
    const shown = dialog.current;
    shown?.showModal();
    // else it is the cross that closes it, and who types at once types nowhere
    shown?.querySelector<HTMLElement>('.body :is(input, select, textarea)')?.focus();
    return () => {
      shown?.close();
      // the browser does this only where it closed the dialog itself
      const back = before?.isConnected ? before : opener;
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClose={() => {
        // a browser lets nobody hold it back twice: the second Escape closes it all the same
        if (!onClose) dialog.current?.showModal();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        {onClose && (
          <Button kind="quiet" icon="close" aria-label="Close this dialog" onClick={onClose} />
        )}
      </header>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back; what comes of it is shown inside. */
export function Confirm({
  title,
  children,
  act,
  doing,
  danger = true,
  onClose,
}: {
  title: string;
  children: ComponentChildren;
  /** What the button says: what will be done, not "OK". */
  act: string;
  doing: () => Promise<unknown>;
  danger?: boolean;
  onClose: () => void;
}) {
  const { busy, problem, run } = useDoing();
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="body">
        {children}
        {problem && <ProblemNote problem={problem} />}
      </div>
      <footer>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind={danger ? 'danger' : 'main'}
          busy={busy}
          onClick={() => void run(doing).then((done) => done && onClose())}
        >
          {act}
        </Button>
      </footer>
    </Dialog>
  );
}
