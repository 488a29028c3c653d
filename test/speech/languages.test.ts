import { describe, expect, test } from 'vitest';
import { parseAddress, type Address } from '../../src/domain/address.ts';
import { spokenLanguages } from '../../src/speech/languages.ts';
import { digitByDigit, spokenPort, type SpokenForms } from '../../src/speech/spoken-forms.ts';

const at = (hour: number, minute: number): number => Date.UTC(2026, 0, 1, hour, minute);
const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`${text} is no address`);
  return parsed;
};
const forms = (language: string): SpokenForms => {
  const found = spokenLanguages[language];
  if (!found) throw new Error(`${language} is not spoken`);
  return found;
};

const golden: Record<
  string,
  {
    times: readonly [hour: number, minute: number, words: string][];
    durations: readonly [seconds: number, words: string][];
    host: readonly string[];
    network: readonly string[];
    whole: readonly string[];
  }
> = {
  en: {
    times: [
      [0, 0, 'midnight'],
      [0, 5, '12 oh 5 AM'],
      [1, 0, '1 AM'],
      [12, 0, 'noon'],
      [12, 30, '12 30 PM'],
      [18, 5, '6 oh 5 PM'],
      [23, 59, '11 59 PM'],
    ],
    durations: [
      [0, '0 seconds'],
      [-5, '0 seconds'],
      [1, '1 second'],
      [59.9, '59 seconds'],
      [60, '1 minute'],
      [3600, '1 hour'],
      [3601, '1 hour'],
      [3661, '1 hour and 1 minute'],
      [5400, '1 hour and 30 minutes'],
      [14_400, '4 hours'],
      [86_400, '1 day'],
      [2 * 86_400 + 7200 + 60, '2 days and 2 hours'],
    ],
    host: ['ending in', '1 eigh 2 b', '3 c 4 d'],
    network: ['of the network ending in', 'b', 'c 0'],
    whole: ['2 0 0 1 colon', 'd b 8 colon colon', '7'],
  },
  es: {
    times: [
      [0, 0, 'la medianoche'],
      [0, 5, 'las 12 y 5 de la noche'],
      [1, 0, 'la una de la madrugada'],
      [6, 10, 'las 6 y 10 de la mañana'],
      [12, 0, 'el mediodía'],
      [12, 30, 'las 12 y 30 del mediodía'],
      [13, 15, 'la una y 15 de la tarde'],
      [18, 5, 'las 6 y 5 de la tarde'],
      [21, 0, 'las 9 de la noche'],
    ],
    durations: [
      [0, '0 segundos'],
      [1, 'un segundo'],
      [60, 'un minuto'],
      [3600, 'una hora'],
      [3661, 'una hora y un minuto'],
      [7200 + 21 * 60, '2 horas y veintiún minutos'],
      [31 * 60, 'treinta y un minutos'],
      [21 * 3600, 'veintiuna horas'],
      [86_400, 'un día'],
    ],
    host: ['que termina en', '1 a 2 b', '3 c 4 d'],
    network: ['de la red que termina en', 'b', 'c 0'],
    whole: ['2 0 0 1 dos puntos', 'd b 8 dos puntos dos puntos', '7'],
  },
  fr: {
    times: [
      [0, 0, 'minuit'],
      [0, 5, 'minuit 5'],
      [1, 0, 'une heure'],
      [12, 0, 'midi'],
      [12, 30, '12 heures 30'],
      [18, 5, '18 heures 5'],
      [18, 1, '18 heures une'],
      [21, 21, 'vingt et une heures vingt et une'],
    ],
    durations: [
      [0, '0 seconde'],
      [1, 'une seconde'],
      [60, 'une minute'],
      [3600, 'une heure'],
      [3661, 'une heure et une minute'],
      [2 * 3600 + 31 * 60, '2 heures et trente et une minutes'],
      [86_400, 'un jour'],
      [172_800, '2 jours'],
    ],
    host: ['qui finit par', '1 a 2 b', '3 c 4 d'],
    network: ['du réseau qui finit par', 'b', 'c 0'],
    whole: ['2 0 0 1 deux-points', 'd b 8 deux-points deux-points', '7'],
  },
  de: {
    times: [
      [0, 0, 'Mitternacht'],
      [0, 5, 'null Uhr 5'],
      [1, 0, 'ein Uhr'],
      [1, 1, 'ein Uhr 1'],
      [12, 0, '12 Uhr mittags'],
      [12, 30, '12 Uhr 30'],
      [18, 5, '18 Uhr 5'],
    ],
    durations: [
      [0, '0 Sekunden'],
      [1, 'eine Sekunde'],
      [60, 'eine Minute'],
      [3600, 'eine Stunde'],
      [3661, 'eine Stunde und eine Minute'],
      [14_400, '4 Stunden'],
      [86_400, 'einen Tag'],
    ],
    host: ['mit der Endung', '1 a 2 b', '3 c 4 d'],
    network: ['aus dem Netz mit der Endung', 'b', 'c 0'],
    whole: ['2 0 0 1 Doppelpunkt', 'd b 8 Doppelpunkt Doppelpunkt', '7'],
  },
  it: {
    times: [
      [0, 0, 'a mezzanotte'],
      [0, 5, 'a mezzanotte e 5'],
      [1, 0, "all'una"],
      [1, 15, "all'una e 15"],
      [12, 0, 'a mezzogiorno'],
      [12, 30, 'alle 12 e 30'],
      [18, 5, 'alle 18 e 5'],
    ],
    durations: [
      [0, '0 secondi'],
      [1, 'un secondo'],
      [60, 'un minuto'],
      [3600, "un'ora"],
      [3661, "un'ora e un minuto"],
      [5400, "un'ora e 30 minuti"],
      [86_400, 'un giorno'],
    ],
    host: ['che finisce con', '1 a 2 b', '3 c 4 d'],
    network: ['della rete che finisce con', 'b', 'c 0'],
    whole: ['2 0 0 1 due punti', 'd b 8 due punti due punti', '7'],
  },
};

test('every language has its golden texts', () => {
  expect(Object.keys(golden)).toEqual(Object.keys(spokenLanguages));
});

describe.each(Object.entries(golden))('in %s', (language, { times, durations, ...addresses }) => {
  test.each(times)('%d:%d is until %s', (hour, minute, words) => {
    expect(forms(language).until(at(hour, minute), 'UTC')).toBe(words);
  });

  test.each(durations)('%d seconds are %s', (seconds, words) => {
    expect(forms(language).duration(seconds)).toBe(words);
  });

  test('an address is read number by number, digit by digit', () => {
    const { address: known, wholeAddress } = forms(language);
    const numbers = ['2 0 3', '0', '1 1 3', '7'];
    expect(known(address('203.0.113.7'))).toEqual(numbers);
    expect(wholeAddress(address('203.0.113.7'))).toEqual(numbers);
  });

  test('an IPv6 address by its last two groups, a network by the last two of its own', () => {
    expect(forms(language).address(address('2001:db8::1a2b:3c4d'))).toEqual(addresses.host);
    expect(forms(language).address(address('2001:db8:b:c0::/64'))).toEqual(addresses.network);
    expect(forms(language).address(address('2001:db8::')).slice(1)).toEqual(['0', '0']);
  });

  test('an IPv6 address that nobody knows yet in full', () => {
    expect(forms(language).wholeAddress(address('2001:db8::7'))).toEqual(addresses.whole);
  });
});

test('the time is that of the server’s zone, also across summer time', () => {
  const { until } = forms('en');
  expect(until(at(18, 5), 'Asia/Tokyo')).toBe('3 oh 5 AM');
  expect(until(Date.UTC(2026, 6, 1, 10, 0), 'Europe/Vienna')).toBe('noon');
  expect(until(Date.UTC(2026, 0, 1, 10, 0), 'Europe/Vienna')).toBe('11 AM');
});

test('ports and numbers are said digit by digit, ports in two groups', () => {
  expect(spokenPort(47_123)).toEqual(['4 7', '1 2 3']);
  expect(spokenPort(8080)).toEqual(['8 0', '8 0']);
  expect(spokenPort(443)).toEqual(['4 4 3']);
  expect(digitByDigit(255)).toBe('2 5 5');
});
