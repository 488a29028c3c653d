import { useState } from 'preact/hooks';
import type { ServiceAnswer } from '../../../http/answers/status.ts';
import type { NewUserAnswer, UserAnswer } from '../../../http/answers/users.ts';
import { ask, get } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { Dialog } from '../../pieces/dialog.tsx';
import { useDoing } from '../../pieces/doing.ts';
import { ChoicesField, Field, SelectField, TextField } from '../../pieces/field.tsx';
import { ProblemNote } from '../../pieces/notes.tsx';
import { readSite, type Site } from './site.ts';
import { changesOf, draftOf, emptyDraft, newUserOf, type UserDraft } from './user-draft.ts';
import {
  attestationWords,
  callerWords,
  languageWords,
  numberWords,
  pairingWords,
} from './user-words.ts';

type Given =
  | { readonly user?: undefined; readonly onMade: (made: NewUserAnswer) => void }
  | { readonly user: UserAnswer; readonly etag: string | null; readonly onChanged: () => void };

/** Fields that say themselves what is wrong with them. */
const told = ['name', 'email', 'numbers', 'language', 'knockCode', 'pin'];

/** Makes a user, or changes one; what the rules refuse is said beside the field. */
export function UserForm(given: Given & { readonly onClose: () => void }) {
  const { user, onClose } = given;
  // as it was when the form was opened: what comes in meanwhile must not pass for what was seen
  const [{ before, etag }] = useState(() => ({
    before: user ? draftOf(user, numberWords) : emptyDraft,
    etag: given.user ? given.etag : null,
  }));
  const [draft, write] = useState(before);
  const { busy, problem, run } = useDoing();
  const site = useAsked('site', readSite).value;
  const services = useAsked('services', (signal) =>
    get<{ items: readonly ServiceAnswer[] }>('/v1/services', {}, signal),
  ).value;
  const set = (changes: Partial<UserDraft>): void => write((all) => ({ ...all, ...changes }));

  const save = async (): Promise<void> => {
    if (given.user) {
      const body = changesOf(before, draft);
      if (Object.keys(body).length > 0) {
        await ask('PATCH', pathOf(given.user.name), { body, ifMatch: etag });
      }
      given.onChanged();
      onClose();
    } else {
      const { body } = await ask<NewUserAnswer>('POST', '/v1/users', { body: newUserOf(draft) });
      given.onMade(body);
    }
  };

  return (
    <Dialog wide title={user ? `Change ${user.name}` : 'A new user'} onClose={onClose}>
      <form
        class="user-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run(save);
        }}
      >
        <div class="body">
          {problem?.isBeyond(told) && <ProblemNote problem={problem} />}
          <div class="two">
            {!user && (
              <TextField
                label="Name"
                hint="Letters, digits, dots, hyphens. It is never given again."
                required
                maxLength={64}
                value={draft.name}
                error={problem?.at('name')}
                onText={(name) => set({ name })}
              />
            )}
            <TextField
              label="E-mail"
              type="email"
              hint="Told of what is opened in their name. May be left empty."
              value={draft.email}
              error={problem?.at('email')}
              onText={(email) => set({ email })}
            />
          </div>
          <Telephones draft={draft} set={set} error={problem?.at('numbers')} />
          <div class="two">
            <SelectField
              label="Language of the call"
              value={draft.language}
              options={languageOptions(site, draft.language)}
              error={problem?.at('language')}
              onChoice={(language) => set({ language })}
            />
            <SelectField
              label="Being recognised"
              hint="Where a browser is pointed at, instead of keying the address."
              value={draft.pairing}
              options={Object.entries(pairingWords)}
              onChoice={(pairing) => set({ pairing: pairing as UserDraft['pairing'] })}
            />
          </div>
          {services && (
            <ChoicesField
              label="Services"
              hint={`With none chosen: ${usualOf(services.items)}`}
              options={serviceOptions(services.items, draft.services)}
              chosen={draft.services}
              onChosen={(chosen) => set({ services: chosen })}
            />
          )}
          {!user && <Own draft={draft} set={set} problem={(field) => problem?.at(field)} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" submit busy={busy}>
            {user ? 'Save' : 'Make the user'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

export const pathOf = (name: string): string => `/v1/users/${encodeURIComponent(name)}`;

interface Part {
  readonly draft: UserDraft;
  readonly set: (changes: Partial<UserDraft>) => void;
}

function Telephones({ draft, set, error }: Part & { error: string | undefined }) {
  return (
    <>
      <div class="two">
        <SelectField
          label="May call from"
          value={draft.callerPolicy}
          options={Object.entries(callerWords)}
          onChoice={(policy) => set({ callerPolicy: policy as UserDraft['callerPolicy'] })}
        />
        <SelectField
          label="The carrier must vouch"
          value={draft.leastAttestation}
          options={[['', 'For nothing'], ...Object.entries(attestationWords)]}
          onChoice={(least) => set({ leastAttestation: least as UserDraft['leastAttestation'] })}
        />
      </div>
      <Field
        label="Their telephones"
        hint="One a line, with + and the country. The first is the one that is phoned back."
        error={error}
      >
        {(inner) => (
          <textarea
            {...inner}
            rows={2}
            value={draft.numbers}
            onInput={(event) => set({ numbers: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

/** Those who move from elsewhere keep what they have in their heads. */
function Own({ draft, set, problem }: Part & { problem: (field: string) => string | undefined }) {
  return (
    <details class="own-secrets">
      <summary>Knock code and PIN of your own choice</summary>
      <p class="hint">Better leave both empty: they are made up then, and shown once.</p>
      <div class="two">
        <TextField
          label="Knock code"
          placeholder="233*245*478"
          inputMode="tel"
          value={draft.knockCode}
          error={problem('knockCode')}
          onText={(knockCode) => set({ knockCode })}
        />
        <TextField
          label="PIN"
          type="password"
          autoComplete="new-password"
          inputMode="numeric"
          value={draft.pin}
          error={problem('pin')}
          onText={(pin) => set({ pin })}
        />
      </div>
    </details>
  );
}

const languageOptions = (
  site: Site | undefined,
  chosen: string,
): readonly (readonly [string, string])[] => {
  const spoken = site ? [site.language, ...site.languages] : [];
  // what somebody has already is not lost from the list
  const all = [...new Set([...spoken, ...(chosen ? [chosen] : [])])];
  return [['', languageWords(null)], ...all.map((one) => [one, languageWords(one)] as const)];
};

const serviceOptions = (
  services: readonly ServiceAnswer[],
  chosen: readonly string[],
): readonly (readonly [string, string])[] =>
  [...new Set([...services.map(({ name }) => name), ...chosen])].map((name) => [name, name]);

const usualOf = (services: readonly ServiceAnswer[]): string =>
  `the usual ones (${
    services
      .filter(({ usual }) => usual)
      .map(({ name }) => name)
      .join(', ') || 'of the configuration'
  }).`;
