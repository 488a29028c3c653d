import type { LockoutAnswer } from '../../../http/answers/lockouts.ts';
import type { UserAnswer } from '../../../http/answers/users.ts';
import { languageNames } from './card/card-words.ts';

export const callerWords: Readonly<Record<UserAnswer['callerPolicy'], string>> = {
  any: 'Any telephone',
  listed: 'Their own telephones only',
  'call-back': 'They are phoned back',
};

export const factorWords: Readonly<Record<UserAnswer['secondFactor'], string>> = {
  none: 'PIN alone',
  totp: 'Authenticator app',
  sheet: 'Printed sheet',
};

export const pairingWords: Readonly<Record<UserAnswer['pairing'], string>> = {
  'spoken-port': 'A port that the call speaks',
  'knock-code': 'The three numbers of the knock code',
};

export const attestationWords: Readonly<Record<'A' | 'B' | 'C', string>> = {
  A: 'A: for caller and number',
  B: 'B or better: for the caller',
  C: 'C or better: for neither, but known',
};

/** What is asked for besides the PIN, and how long it lasts. */
export function factorOf({ secondFactor, codesLeft }: UserAnswer): string {
  return secondFactor === 'sheet'
    ? `${factorWords.sheet}, ${codesLeft} left`
    : factorWords[secondFactor];
}

/** A language by its own name where it is one of ours. */
export function languageWords(language: string | null): string {
  if (language === null) return 'Of the number dialled';
  return (languageNames as Readonly<Record<string, string>>)[language] ?? language;
}

/** As people write it: international numbers with `+`, extensions as they are. */
export const numberWords = (number: string): string => (number.length > 6 ? `+${number}` : number);

/** What is held against whom, in words. */
export function subjectWords({ subject, userName }: LockoutAnswer): string {
  const caller = /caller:(.*)$/.exec(subject)?.[1];
  const telephone =
    caller === undefined
      ? 'strange telephones'
      : caller === 'withheld'
        ? 'callers without a number'
        : numberWords(caller);
  if (!subject.startsWith('user:')) return telephone;
  return `${userName ?? subject.split('/')[0] ?? subject}, from ${telephone}`;
}

export const isLocked = ({ lockedUntil }: LockoutAnswer, now: number): boolean =>
  lockedUntil !== null && Date.parse(lockedUntil) > now;
