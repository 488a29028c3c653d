import { addressForms, clockAt, durationForm, unit, type SpokenForms } from './spoken-forms.ts';

export const german: SpokenForms = {
  ...addressForms({
    colon: 'Doppelpunkt',
    ending: 'mit der Endung',
    networkEnding: 'aus dem Netz mit der Endung',
  }),
  // in the accusative, as they follow "noch" and "für"
  duration: durationForm({
    days: unit('einen Tag', 'Tage'),
    hours: unit('eine Stunde', 'Stunden'),
    minutes: unit('eine Minute', 'Minuten'),
    seconds: unit('eine Sekunde', 'Sekunden'),
    and: 'und',
  }),
  /** `18 Uhr 5`. */
  until(at, timeZone) {
    const { hour, minute } = clockAt(at, timeZone);
    if (minute === 0 && hour === 0) return 'Mitternacht';
    if (minute === 0 && hour === 12) return '12 Uhr mittags';
    const spokenHour = hour === 1 ? 'ein' : hour === 0 ? 'null' : String(hour);
    return `${spokenHour} Uhr${minute === 0 ? '' : ` ${minute}`}`;
  },
};
