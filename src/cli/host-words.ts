import type { Seconds } from '../domain/time.ts';
import type { EntryAnswer, NamedAddressAnswer } from '../http/entry-answers.ts';
import { ago, facts, table, when } from './table.ts';

/** Named in a table; `host show` has them all. */
const mostShown = 3;

/** What is wrong with an entry; undefined when nothing is known to be. */
export function troubleOf(entry: EntryAnswer): string | undefined {
  const { kind, resolution, refused, expiresAt } = entry;
  // stays in the list until the clock can be believed
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) return 'its time is over';
  if (refused !== null) return `refused: ${refused}`;
  if (kind !== 'name' || !resolution) return undefined;
  const { failingSince, failure, resolvedAt } = resolution;
  if (failingSince !== null) return `failing for ${ago(failingSince)}: ${failure ?? 'unknown'}`;
  if (resolvedAt === null) return 'not looked up yet';
  return failure ?? undefined;
}

/** Whether somebody should look if it is still wanted. */
export function isStale(entry: EntryAnswer, age: Seconds): boolean {
  const old = Date.parse(entry.createdAt) < Date.now() - age * 1000;
  return troubleOf(entry) !== undefined || (old && entry.expiresAt === null);
}

/** What it means now. */
function meaning({ resolution, target }: EntryAnswer): string {
  if (!resolution) return target;
  const { addresses } = resolution;
  const some = addresses.slice(0, mostShown).join(' ');
  return addresses.length > mostShown
    ? `${some} +${addresses.length - mostShown}`
    : some || 'nothing';
}

export type Reverse = ReadonlyMap<string, readonly NamedAddressAnswer[]>;

export function hostTable(entries: readonly EntryAnswer[], reverse?: Reverse): string {
  return table(
    [
      'LABEL',
      'TARGET',
      'MEANS NOW',
      'SERVICES',
      'UNTIL',
      'AGE',
      ...(reverse ? ['CALLED'] : []),
      'STATE',
    ],
    entries.map((entry) => [
      entry.label,
      entry.target,
      meaning(entry),
      entry.services.join(' ') || '(usual)',
      entry.expiresAt ? when(entry.expiresAt) : '-',
      ago(entry.createdAt),
      ...(reverse ? [called(reverse.get(entry.label) ?? [])] : []),
      troubleOf(entry) ?? 'well',
    ]),
  );
}

const called = (all: readonly NamedAddressAnswer[]): string =>
  [...new Set(all.flatMap(({ names }) => names))].join(' ') || '-';

/** All that is known of one. */
export function aboutHost(entry: EntryAnswer, reverse?: readonly NamedAddressAnswer[]): string {
  const { resolution } = entry;
  return facts([
    ['label', entry.label],
    [entry.kind, entry.target],
    ['services', entry.services.join(' ') || '(usual)'],
    ['until', entry.expiresAt ? when(entry.expiresAt) : '(no end)'],
    ['note', entry.note || '-'],
    ['from', entry.source],
    ['made', `${when(entry.createdAt)}, ${ago(entry.createdAt)} ago`],
    ...(resolution
      ? ([
          ['means now', resolution.addresses.join(' ') || 'nothing'],
          ['answered', resolution.resolvedAt ? when(resolution.resolvedAt) : 'never'],
          ['changed', resolution.changedAt ? when(resolution.changedAt) : 'never'],
        ] as const)
      : []),
    ...(reverse ?? []).map(
      ({ address, names }) => ['called', `${address} ${names.join(' ') || '-'}`] as const,
    ),
    ['state', troubleOf(entry) ?? 'well'],
  ]);
}
