import { useState } from 'preact/hooks';
import type {
  NewKnockCodeAnswer,
  NewPinAnswer,
  NewSheetAnswer,
  NewTotpAnswer,
  UserAnswer,
} from '../../../http/answers/users.ts';
import { ask } from '../../api/ask.ts';
import { Confirm } from '../../pieces/dialog.tsx';
import { toast } from '../../pieces/toasts.tsx';
import { go } from '../../router.tsx';
import { ofKnockCode, ofPin, ofSheet, ofTotp, type Secrets } from './secret-once.tsx';
import { pathOf } from './user-form.tsx';

export type Act =
  | 'pin'
  | 'knock-code'
  | 'totp'
  | 'sheet'
  | 'no-factor'
  | 'disable'
  | 'enable'
  | 'unlock'
  | 'remove';

interface Said {
  readonly title: (name: string) => string;
  readonly means: string;
  readonly act: string;
  readonly danger?: boolean;
}

const said: Readonly<Record<Act, Said>> = {
  pin: {
    title: (name) => `A new PIN for ${name}?`,
    means: 'The PIN they have is worthless at once. What is held against them is forgotten.',
    act: 'Make a new PIN',
  },
  'knock-code': {
    title: (name) => `A new knock code for ${name}?`,
    means:
      'The code they have is worthless at once, and so are cards with it. What is held against them is forgotten.',
    act: 'Make a new knock code',
  },
  totp: {
    title: (name) => `An authenticator app for ${name}?`,
    means: 'From the next call on a code of the app is asked for. It replaces what they had.',
    act: 'Set it up',
  },
  sheet: {
    title: (name) => `A sheet of codes for ${name}?`,
    means: 'From the next call on one of twenty codes is asked for. It replaces what they had.',
    act: 'Make the sheet',
  },
  'no-factor': {
    title: (name) => `No second factor for ${name}?`,
    means: 'Knock code and PIN are enough from now on.',
    act: 'Take it away',
    danger: true,
  },
  disable: {
    title: (name) => `Disable ${name}?`,
    means: 'They are not recognised any more, and what they have open is closed.',
    act: 'Disable',
    danger: true,
  },
  enable: {
    title: (name) => `Enable ${name}?`,
    means: 'They may telephone again, with the knock code and the PIN they have.',
    act: 'Enable',
  },
  unlock: {
    title: (name) => `Forget what is held against ${name}?`,
    means: 'Failures are forgotten and locks end at once. Do so when you know whose they were.',
    act: 'Forget them',
  },
  remove: {
    title: (name) => `Remove ${name}?`,
    means:
      'What they have open is closed, and what they identify with is forgotten. Their name is not given again. This cannot be taken back.',
    act: 'Remove for good',
    danger: true,
  },
};

/** Asks once more, does it on what was seen (If-Match), and hands over what is shown once. */
export function UserAct({
  act,
  user: { name },
  etag: given,
  onClose,
  onDone,
  onSecrets,
}: {
  act: Act;
  user: UserAnswer;
  etag: string | null;
  onClose: () => void;
  onDone: () => void;
  onSecrets: (secrets: Secrets) => void;
}) {
  const { title, means, act: button, danger = false } = said[act];
  const path = pathOf(name);
  // what was seen when it was asked for, whatever comes in meanwhile
  const [etag] = useState(given);
  const change = async <Answer,>(
    method: 'POST' | 'PATCH' | 'DELETE',
    more: string,
    body?: object,
  ): Promise<Answer> => (await ask<Answer>(method, path + more, { body, ifMatch: etag })).body;

  const doing = async (): Promise<void> => {
    switch (act) {
      case 'pin':
        onSecrets(ofPin(await change<NewPinAnswer>('POST', '/pin')));
        break;
      case 'knock-code':
        onSecrets(ofKnockCode(await change<NewKnockCodeAnswer>('POST', '/knock-code')));
        break;
      case 'totp':
        onSecrets(ofTotp(await change<NewTotpAnswer>('POST', '/totp')));
        break;
      case 'sheet':
        onSecrets(ofSheet(await change<NewSheetAnswer>('POST', '/sheet')));
        break;
      case 'no-factor':
        await change('DELETE', '/second-factor');
        break;
      case 'disable':
      case 'enable':
        await change('PATCH', '', { disabled: act === 'disable' });
        break;
      case 'unlock':
        // nothing of the user is changed, so there is no condition
        await ask('DELETE', `${path}/lockouts`);
        break;
      case 'remove':
        await change('DELETE', '');
        toast({ text: `${name} was removed.` });
        go('/people', { replace: true });
        return;
    }
    onDone();
  };

  return (
    <Confirm title={title(name)} act={button} danger={danger} doing={doing} onClose={onClose}>
      <p>{means}</p>
    </Confirm>
  );
}
