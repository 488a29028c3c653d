import type { Address } from '../domain/address.ts';
import type { Instant, Seconds } from '../domain/time.ts';

/** Digit by digit, with a pause at each dot: `2 0 3, dot, 0, dot, 1 1 3, dot, 7`. */
export function spokenAddress(address: Address): string {
  return address
    .split('.')
    .map((number) => [...number].join(' '))
    .join(', dot, ');
}

/** The time of day at the server, as `6 oh 5 PM`. */
export function spokenTime(at: Instant, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hour: 'numeric',
    minute: 'numeric',
    hour12: true,
  }).formatToParts(at);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  const minute = Number(part('minute'));
  const spokenMinute = minute === 0 ? '' : minute < 10 ? ` oh ${minute}` : ` ${minute}`;
  return `${part('hour')}${spokenMinute} ${part('dayPeriod')}`;
}

const units: readonly [string, Seconds][] = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** At most two units, the smaller rounded down: `4 hours`, `1 hour and 30 minutes`, `45 seconds`. */
export function spokenDuration(seconds: Seconds): string {
  let left = Math.max(0, Math.floor(seconds));
  const said: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) said.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return said.slice(0, 2).join(' and ') || '0 seconds';
}
