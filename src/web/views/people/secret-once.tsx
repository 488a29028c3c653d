import { useEffect, useRef, useState } from 'preact/hooks';
import type {
  NewKnockCodeAnswer,
  NewPinAnswer,
  NewSheetAnswer,
  NewTotpAnswer,
  NewUserAnswer,
} from '../../../http/answers/users.ts';
import { Button } from '../../pieces/button.tsx';
import { Dialog } from '../../pieces/dialog.tsx';
import { Note } from '../../pieces/notes.tsx';
import { go } from '../../router.tsx';
import { CodeSheet } from './code-sheet.tsx';
import { QrOf } from './qr-of.tsx';

/** What is shown once. It lives as long as its dialog, and nowhere but in it. */
export interface Secrets {
  readonly title: string;
  readonly of: string;
  readonly values: readonly { readonly name: string; readonly value: string }[];
  /** To be read from a QR code. */
  readonly uri?: string;
  readonly codes?: readonly string[];
  /** What a travel card may show. */
  readonly knockCode?: string;
  readonly hint: string;
}

export const ofNewUser = ({ user, knockCode, pin }: NewUserAnswer): Secrets => ({
  title: `${user.name} may telephone now`,
  of: user.name,
  values: [
    { name: 'Knock code', value: knockCode },
    { name: 'PIN', value: pin },
  ],
  knockCode,
  hint: 'Give the PIN by another way than the knock code.',
});
export const ofPin = ({ user, pin }: NewPinAnswer): Secrets => ({
  title: `A new PIN for ${user.name}`,
  of: user.name,
  values: [{ name: 'PIN', value: pin }],
  hint: 'The PIN before is worthless from now on.',
});
export const ofKnockCode = ({ user, knockCode }: NewKnockCodeAnswer): Secrets => ({
  title: `A new knock code for ${user.name}`,
  of: user.name,
  values: [{ name: 'Knock code', value: knockCode }],
  knockCode,
  hint: 'The code before is worthless from now on, and so are cards with it.',
});
export const ofTotp = ({ user, uri, secret }: NewTotpAnswer): Secrets => ({
  title: `An authenticator for ${user.name}`,
  of: user.name,
  values: [{ name: 'Secret, to type where no camera is', value: secret }],
  uri,
  hint: 'Have it read by the app now: the next call asks for its code.',
});
export const ofSheet = ({ user, codes }: NewSheetAnswer): Secrets => ({
  title: `A sheet of codes for ${user.name}`,
  of: user.name,
  values: [],
  codes,
  hint: 'Print it now: the next call asks for one of these.',
});

/** A long list without anything in it that could have the focus. */
const scrolledByKey = { role: 'region', 'aria-label': 'What is shown once', tabIndex: 0 } as const;

export function SecretOnce({
  secrets,
  toCard,
  onClose,
}: {
  secrets: Secrets;
  toCard: (name: string, knockCode: string) => void;
  onClose: () => void;
}) {
  const { title, of, values, uri, codes, knockCode, hint } = secrets;
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    // a browser may keep a page that was left whole in memory, to go back to
    const leave = (): void => close.current();
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, []);
  return (
    <Dialog title={title}>
      <div class="body secrets" {...(codes && scrolledByKey)}>
        <Note kind="warn">
          <p>This is shown once. When you close it, nobody can see it again. {hint}</p>
        </Note>
        {uri && <QrOf text={uri} label="QR code for an authenticator app" />}
        {values.map(({ name, value }) => (
          <OneSecret key={name} name={name} value={value} />
        ))}
        {codes && <CodeSheet name={of} codes={codes} />}
      </div>
      <footer>
        {codes && (
          <Button icon="print" onClick={() => window.print()}>
            Print the sheet
          </Button>
        )}
        {knockCode !== undefined && (
          <Button
            icon="print"
            onClick={() => {
              toCard(of, knockCode);
              onClose();
              go(`/people?user=${encodeURIComponent(of)}&card=a4`);
            }}
          >
            {values.length > 1 ? 'I have kept the PIN: travel card' : 'Travel card'}
          </Button>
        )}
        <Button kind="main" onClick={onClose}>
          I have kept it
        </Button>
      </footer>
    </Dialog>
  );
}

function OneSecret({ name, value }: { name: string; value: string }) {
  const shown = useRef<HTMLOutputElement>(null);
  const [said, say] = useState('');
  const copy = async (): Promise<void> => {
    try {
      // there is no clipboard outside secure contexts
      await navigator.clipboard.writeText(value);
      say('Copied');
    } catch {
      if (shown.current) window.getSelection()?.selectAllChildren(shown.current);
      say('Marked: press Ctrl and C');
    }
  };
  return (
    <div class="secret">
      <span class="secret-name">{name}</span>
      <output class="secret-value" ref={shown} aria-label={name}>
        {value}
      </output>
      <Button icon="copy" onClick={() => void copy()} aria-label={`Copy: ${name}`}>
        Copy
      </Button>
      <span class="said" role="status">
        {said}
      </span>
    </div>
  );
}
