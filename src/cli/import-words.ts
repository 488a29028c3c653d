import { targetText } from '../domain/entry.ts';
import type { Plan, Planned } from '../import/plan.ts';
import type { Place } from '../import/reading.ts';
import type { Applied } from './import-apply.ts';
import { printable, table, when } from './table.ts';

const mostShown = 200;

/** A plan for people: what is added, what is there, what is skipped and why. */
export function planText({ entries, present, skipped, left }: Plan): string {
  return [
    ...(entries.length === 0
      ? ['There is nothing to add.']
      : [`To be added: ${count(entries.length)}.`, entryTable(entries.slice(0, mostShown))]),
    ...more(entries.length),
    ...some(remarksOf(entries)),
    ...(present.length === 0 ? [] : [`There already: ${count(present.length)}.`]),
    ...(skipped.length === 0 ? [] : ['', `Not taken over: ${skipped.length}.`]),
    ...some(
      skipped.map(({ at, text, why }) => printable(`${placeText(at)}  ${why}${quoted(text, why)}`)),
    ),
    ...(left.length === 0 ? [] : ['', 'Left alone:']),
    ...left.map((one) => printable(`${one.file}  ${one.count} × ${one.why}`)),
  ].join('\n');
}

function entryTable(entries: readonly Planned[]): string {
  return table(
    ['LABEL', 'TARGET', 'SERVICES', 'UNTIL', 'NOTE', 'FROM'],
    entries.map(({ label, target, services, until, note, at }) => [
      label,
      targetText(target),
      services.join(' ') || '(usual)',
      until === null ? 'no end' : when(new Date(until).toISOString()),
      note || '-',
      placeText(at),
    ]),
  );
}

const remarksOf = (entries: readonly Planned[]): string[] =>
  entries
    .filter(({ remarks }) => remarks.length > 0)
    .map(({ label, remarks }) => printable(`${label}: ${remarks.join('; ')}.`));

const placeText = ({ file, line }: Place): string => (line === 0 ? file : `${file}:${line}`);

/** The line itself, where the reason does not show it. */
const quoted = (text: string, why: string): string =>
  text === '' || why.includes(text) ? '' : `: ${text}`;

const count = (entries: number): string => `${entries} ${entries === 1 ? 'entry' : 'entries'}`;

/** As many as people read. */
const some = (lines: readonly string[]): string[] => [
  ...lines.slice(0, mostShown),
  ...more(lines.length),
];

const more = (all: number): string[] =>
  all > mostShown ? [`… and ${all - mostShown} more, which --json shows.`] : [];

export function appliedText({ added, present, failed, unsure, untried, stopped }: Applied): string {
  return [
    `Added: ${count(added)}.`,
    ...(present === 0 ? [] : [`There already: ${count(present)}.`]),
    ...some(failed.map(({ label, why }) => printable(`${label} was not added: ${why}`))),
    ...(stopped === null ? [] : ['', printable(`Stopped before the end: ${stopped}`)]),
    ...(unsure === 0
      ? []
      : [`Sent, but not answered: ${count(unsure)}, which may be there or not.`]),
    ...(stopped === null
      ? []
      : [
          `Not tried: ${count(untried)}.`,
          'Run it again to go on: what is there already stays as it is.',
        ]),
  ].join('\n');
}
