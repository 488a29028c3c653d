const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Two units at most, rounded down: `3 h 20 min`, `45 s`, `2 d 4 h`. */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / day), 'd'],
    [Math.floor((whole % day) / hour), 'h'],
    [Math.floor((whole % hour) / minute), 'min'],
    [whole % minute, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** As a clock that runs down: `3:20:05`, `4:09`. */
export function clockWords(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (count: number): string => String(count).padStart(2, '0');
  const hours = Math.floor(whole / hour);
  const minutes = Math.floor((whole % hour) / minute);
  const rest = two(whole % minute);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** `just now`, `3 min ago`, `1 h 20 min ago`, `9 d ago`. */
export function agoWords(seconds: number): string {
  if (seconds < 5) return 'just now';
  const words = durationWords(seconds);
  const [count, unit] = words.split(' ');
  return unit === 'h' ? `${words} ago` : `${count} ${unit} ago`;
}

const sameDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const otherDay = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const otherYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

const ofToday = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** The time of day with its seconds, in the browser's own zone and manner. */
export const secondWords = (at: Date): string => ofToday.format(at);

/** In the browser's own zone and manner; of today, the time alone. */
export function instantWords(at: Date, now: Date = new Date()): string {
  if (at.toDateString() === now.toDateString()) return sameDay.format(at);
  return (at.getFullYear() === now.getFullYear() ? otherDay : otherYear).format(at);
}
