import { addressForms, clockAt, durationForm, type SpokenForms } from './spoken-forms.ts';

/** "vingt et une heures": a number that ends in one agrees with its noun. */
const feminineOnes: Readonly<Record<number, string>> = {
  1: 'une',
  21: 'vingt et une',
  31: 'trente et une',
  41: 'quarante et une',
  51: 'cinquante et une',
};
const feminine = (count: number): string => feminineOnes[count] ?? String(count);
/** Zero is singular in French. */
const withNoun = (count: number, noun: string): string =>
  `${feminine(count)} ${noun}${count < 2 ? '' : 's'}`;

export const french: SpokenForms = {
  ...addressForms({
    colon: 'deux-points',
    ending: 'qui finit par',
    networkEnding: 'du réseau qui finit par',
  }),
  duration: durationForm({
    days: (count) => (count === 1 ? 'un jour' : `${count} jours`),
    hours: (count) => withNoun(count, 'heure'),
    minutes: (count) => withNoun(count, 'minute'),
    seconds: (count) => withNoun(count, 'seconde'),
    and: 'et',
  }),
  /** `18 heures 5`; what follows the hour are minutes, which are feminine. */
  until(at, timeZone) {
    const { hour, minute } = clockAt(at, timeZone);
    const spokenMinute = minute === 0 ? '' : ` ${feminine(minute)}`;
    if (hour === 0) return `minuit${spokenMinute}`;
    if (hour === 12 && minute === 0) return 'midi';
    return `${withNoun(hour, 'heure')}${spokenMinute}`;
  },
};
