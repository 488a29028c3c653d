import { addressForms, clockAt, durationForm, unit, type SpokenForms } from './spoken-forms.ts';

export const italian: SpokenForms = {
  ...addressForms({
    colon: 'due punti',
    ending: 'che finisce con',
    networkEnding: 'della rete che finisce con',
  }),
  duration: durationForm({
    days: unit('un giorno', 'giorni'),
    hours: unit("un'ora", 'ore'),
    minutes: unit('un minuto', 'minuti'),
    seconds: unit('un secondo', 'secondi'),
    and: 'e',
  }),
  /** `alle 18 e 5`: "fino" melts its preposition with the article, so it is said here. */
  until(at, timeZone) {
    const { hour, minute } = clockAt(at, timeZone);
    const spokenMinute = minute === 0 ? '' : ` e ${minute}`;
    if (hour === 0) return `a mezzanotte${spokenMinute}`;
    if (hour === 12 && minute === 0) return 'a mezzogiorno';
    return `${hour === 1 ? "all'una" : `alle ${hour}`}${spokenMinute}`;
  },
};
