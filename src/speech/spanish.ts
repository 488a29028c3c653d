import { addressForms, clockAt, durationForm, unit, type SpokenForms } from './spoken-forms.ts';

const dayPart = (hour: number): string => {
  if (hour === 0) return 'de la noche';
  if (hour < 6) return 'de la madrugada';
  if (hour < 12) return 'de la mañana';
  if (hour === 12) return 'del mediodía';
  return hour < 20 ? 'de la tarde' : 'de la noche';
};

/** "veintiún minutos", "treinta y una horas": a number that ends in one agrees with its noun. */
const tens: Readonly<Record<number, string>> = {
  31: 'treinta y',
  41: 'cuarenta y',
  51: 'cincuenta y',
};
const masculine = (one: string, several: string) => (count: number) => {
  if (count === 21) return `veintiún ${several}`;
  return tens[count] ? `${tens[count]} un ${several}` : unit(one, several)(count);
};

export const spanish: SpokenForms = {
  ...addressForms({
    colon: 'dos puntos',
    ending: 'que termina en',
    networkEnding: 'de la red que termina en',
  }),
  duration: durationForm({
    days: masculine('un día', 'días'),
    hours: (count) => (count === 21 ? 'veintiuna horas' : unit('una hora', 'horas')(count)),
    minutes: masculine('un minuto', 'minutos'),
    seconds: masculine('un segundo', 'segundos'),
    and: 'y',
  }),
  /** `las 6 y 5 de la tarde`. */
  until(at, timeZone) {
    const { hour, minute } = clockAt(at, timeZone);
    if (minute === 0 && hour === 0) return 'la medianoche';
    if (minute === 0 && hour === 12) return 'el mediodía';
    const twelve = hour % 12 || 12;
    const spokenHour = twelve === 1 ? 'la una' : `las ${twelve}`;
    const spokenMinute = minute === 0 ? '' : ` y ${minute}`;
    return `${spokenHour}${spokenMinute} ${dayPart(hour)}`;
  },
};
