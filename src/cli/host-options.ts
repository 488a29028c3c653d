import { InvalidArgumentError, type Command } from 'commander';
import { isNote, longestNote } from '../domain/entry.ts';
import { isServiceName } from '../domain/service.ts';
import { parseDuration, type Instant, type Seconds } from '../domain/time.ts';
import { mostServices } from '../http/user-settings.ts';
import { fitting, several } from './words.ts';

const service = fitting(
  isServiceName,
  'A service is named with small letters, digits and -, such as web.',
);
const note = fitting(isNote, `A note has at most ${longestNote} characters, on one line.`);

/** As commander leaves them: `false` where the option was written with `no-`. */
export interface HostOptions {
  readonly service?: string[] | false;
  readonly until?: Instant;
  readonly for?: Seconds;
  /** False is no end; commander says true where nothing was said. */
  readonly end?: boolean;
  readonly note?: string;
}

export function withHostOptions(command: Command): Command {
  return command
    .option(
      '--service <name...>',
      'services that it may reach, instead of the usual ones',
      several(service, mostServices),
    )
    .option('--no-service', 'the usual services')
    .option('--until <date>', 'the last day, or the time, such as 2026-12-31', lastInstant)
    .option('--for <duration>', 'how long from now, such as 7d', durationOf)
    .option('--note <text>', 'what it is for', note);
}

/** What the API is asked for; undefined leaves it as it is. */
export function hostSettings(
  options: HostOptions,
  command: Command,
): Readonly<Record<string, unknown>> {
  const { service: services, until, for: seconds, end, note } = options;
  const ends = [until, seconds, end === false ? end : undefined].filter((e) => e !== undefined);
  if (ends.length > 1) command.error('error: give one of --until, --for and --no-end');
  const at = until ?? (seconds === undefined ? undefined : Date.now() + seconds * 1000);
  return {
    services: services === false ? [] : services,
    expiresAt: end === false ? null : at === undefined ? undefined : new Date(at).toISOString(),
    note,
  };
}

export function durationOf(text: string): Seconds {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('A duration is written such as 90s, 15m, 4h or 7d.');
}

/** A date alone means that day to its end, where the command runs. */
export function lastInstant(text: string): Instant {
  const [whole, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (whole !== undefined) {
    const midnight = new Date(Number(year), Number(month) - 1, Number(day) + 1);
    const lastDay = new Date(Number(year), Number(month) - 1, Number(day));
    if (lastDay.getDate() === Number(day)) return midnight.getTime();
  }
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError(
    'A date is written such as 2026-12-31 (that day to its end) or 2026-12-31T18:00:00Z.',
  );
}
