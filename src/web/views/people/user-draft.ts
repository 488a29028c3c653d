import type { UserAnswer } from '../../../http/answers/users.ts';

/** A user's settings as they stand in a form. */
export interface UserDraft {
  readonly name: string;
  readonly email: string;
  /** Empty: the language of the number dialled. */
  readonly language: string;
  readonly callerPolicy: UserAnswer['callerPolicy'];
  /** One a line, the one to call back first. */
  readonly numbers: string;
  /** Empty: none is asked for. */
  readonly leastAttestation: '' | 'A' | 'B' | 'C';
  readonly pairing: UserAnswer['pairing'];
  /** None: the usual ones. */
  readonly services: readonly string[];
  /** Made up where it is left empty; of new users alone. */
  readonly knockCode: string;
  readonly pin: string;
}

export const emptyDraft: UserDraft = {
  name: '',
  email: '',
  language: '',
  callerPolicy: 'any',
  numbers: '',
  leastAttestation: '',
  pairing: 'spoken-port',
  services: [],
  knockCode: '',
  pin: '',
};

export const draftOf = (user: UserAnswer, written: (number: string) => string): UserDraft => ({
  ...emptyDraft,
  name: user.name,
  email: user.email ?? '',
  language: user.language ?? '',
  callerPolicy: user.callerPolicy,
  numbers: user.numbers.map(written).join('\n'),
  leastAttestation: user.leastAttestation ?? '',
  pairing: user.pairing,
  services: user.services,
});

/** The settings as the API takes them. */
const settingsOf = (draft: UserDraft) => ({
  email: draft.email.trim() || null,
  language: draft.language || null,
  callerPolicy: draft.callerPolicy,
  numbers: draft.numbers
    .split(/[\n,;]/)
    .map((number) => number.trim())
    .filter((number) => number !== ''),
  leastAttestation: draft.leastAttestation || null,
  pairing: draft.pairing,
  services: draft.services,
});

/** What a new user is made of. */
export const newUserOf = (draft: UserDraft): object => ({
  name: draft.name.trim(),
  ...settingsOf(draft),
  ...(draft.knockCode.trim() && { knockCode: draft.knockCode.trim().replace(/#$/, '') }),
  ...(draft.pin && { pin: draft.pin }),
});

/** What of a user is to become another; nothing that was left as it was. */
export function changesOf(before: UserDraft, after: UserDraft): Readonly<Record<string, unknown>> {
  const was = settingsOf(before);
  return Object.fromEntries(
    Object.entries(settingsOf(after)).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key as keyof typeof was]),
    ),
  );
}
