import { addressForms, clockAt, durationForm, unit, type SpokenForms } from './spoken-forms.ts';

export const english: SpokenForms = {
  ...addressForms({
    colon: 'colon',
    ending: 'ending in',
    networkEnding: 'of the network ending in',
    // a letter alone would be the article
    letters: { a: 'eigh' },
  }),
  duration: durationForm({
    days: unit('1 day', 'days'),
    hours: unit('1 hour', 'hours'),
    minutes: unit('1 minute', 'minutes'),
    seconds: unit('1 second', 'seconds'),
    and: 'and',
  }),
  /** `6 oh 5 PM`. */
  until(at, timeZone) {
    const { hour, minute } = clockAt(at, timeZone);
    if (minute === 0 && hour === 0) return 'midnight';
    if (minute === 0 && hour === 12) return 'noon';
    const spokenMinute = minute === 0 ? '' : minute < 10 ? ` oh ${minute}` : ` ${minute}`;
    return `${hour % 12 || 12}${spokenMinute} ${hour < 12 ? 'AM' : 'PM'}`;
  },
};
