import { familyOf, groupsOf, type Address } from '../domain/address.ts';
import type { Instant, Seconds } from '../domain/time.ts';

/** What is said slowly: groups of words with a pause between. */
export type Slow = readonly string[];

/** How people who speak a language say what is filled into its prompts. */
export interface SpokenForms {
  /** An address that the caller knows: IPv4 number by number, IPv6 by its last two groups, a network as such. */
  address(address: Address): Slow;
  /** An address that the caller does not know, in full: IPv6 with its colons. */
  wholeAddress(address: Address): Slow;
  /** The time of day, in the form that follows "until". */
  until(at: Instant, timeZone: string): string;
  /** At most two units, the smaller rounded down. */
  duration(seconds: Seconds): string;
}

/** The words of which a language's addresses are made. */
export interface AddressWords {
  readonly colon: string;
  /** "ending in", to follow "the address". */
  readonly ending: string;
  /** "of the network ending in", to follow "the address". */
  readonly networkEnding: string;
  /** Letters from a to f that the voice would not say by their names: written so that it does. */
  readonly letters?: Readonly<Record<string, string>>;
}

/** Digit by digit, however long: `2 0 3`. */
export function digitByDigit(number: number): string {
  return [...String(number)].join(' ');
}

/** A port, digit by digit in groups that can be kept in mind: `4 7`, `1 2 3`. */
export function spokenPort(port: number): Slow {
  const digits = String(port);
  const first = Math.floor(digits.length / 2);
  return digits.length < 4
    ? [digitByDigit(port)]
    : [[...digits.slice(0, first)].join(' '), [...digits.slice(first)].join(' ')];
}

export function addressForms({
  colon,
  ending,
  networkEnding,
  letters = {},
}: AddressWords): Pick<SpokenForms, 'address' | 'wholeAddress'> {
  const spell = (text: string): string => [...text].map((sign) => letters[sign] ?? sign).join(' ');
  const numbers = (address: Address): string[] => address.split('.').map(spell);
  return {
    address(address) {
      if (familyOf(address) === 4) return numbers(address);
      const network = address.endsWith('/64');
      const groups = groupsOf(address).slice(0, network ? 4 : 8);
      const last = groups.slice(-2).map((group) => spell(group.toString(16)));
      return [network ? networkEnding : ending, ...last];
    },
    wholeAddress(address) {
      if (familyOf(address) === 4) return numbers(address);
      // each group with the colons that follow it
      const groups = address.replace('/64', '').match(/[^:]*:+|[^:]+/g) ?? [];
      return groups.map((group) =>
        [spell(group.replaceAll(':', '')), ...[...group].filter((sign) => sign === ':')]
          .map((word) => (word === ':' ? colon : word))
          .filter((word) => word !== '')
          .join(' '),
      );
    },
  };
}

/** Of each unit of time how it is said for one, and for a number of them. */
export interface DurationWords {
  readonly days: UnitWords;
  readonly hours: UnitWords;
  readonly minutes: UnitWords;
  readonly seconds: UnitWords;
  readonly and: string;
}

export type UnitWords = (count: number) => string;

/** A unit whose number needs no other form than in figures. */
export const unit =
  (one: string, several: string): UnitWords =>
  (count) =>
    count === 1 ? one : `${count} ${several}`;

export function durationForm({
  days,
  hours,
  minutes,
  seconds,
  and,
}: DurationWords): SpokenForms['duration'] {
  const units: readonly [UnitWords, Seconds][] = [
    [days, 86_400],
    [hours, 3600],
    [minutes, 60],
    [seconds, 1],
  ];
  return (duration) => {
    const whole = Math.max(0, Math.floor(duration));
    const first = units.findIndex(([, length]) => whole >= length);
    if (first < 0) return seconds(0);
    let left = whole;
    return units
      .slice(first, first + 2)
      .flatMap(([words, length]) => {
        const count = Math.floor(left / length);
        left -= count * length;
        return count > 0 ? [words(count)] : [];
      })
      .join(` ${and} `);
  };
}

/** Hour (0 to 23) and minute at a place. */
export function clockAt(at: Instant, timeZone: string): { hour: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((p) => p.type === type)?.value);
  return { hour: part('hour'), minute: part('minute') };
}
