import type { BatchOutcome, SeenEntry } from '../access/entries.ts';
import type { AccessErrorCode } from '../domain/access-error.ts';
import { targetText, type Resolution, type Target } from '../domain/entry.ts';
import { iso, isoOrNull, type Timed } from './answers.ts';

export type ResolutionAnswer = Timed<Resolution, 'resolvedAt' | 'changedAt' | 'failingSince'>;

/** The target as text; `kind` tells what it is. */
export type EntryAnswer = Timed<
  Omit<SeenEntry, 'target' | 'resolution'>,
  'expiresAt' | 'createdAt'
> & {
  readonly kind: Target['kind'];
  readonly target: string;
  readonly resolution: ResolutionAnswer | null;
};

/** What became of one of many, by its position from 0. */
export type BatchItemAnswer = { readonly at: number } & (
  | { readonly outcome: 'added' | 'present' }
  | {
      readonly outcome: 'refused';
      readonly code: AccessErrorCode;
      /** Why, and what to do about it. */
      readonly detail: string;
    }
);

export interface BatchAnswer {
  readonly added: number;
  /** There already, the same. */
  readonly present: number;
  readonly refused: number;
  readonly items: readonly BatchItemAnswer[];
}

export interface CatalogueAnswer {
  readonly asOf: string;
  readonly items: readonly { readonly provider: string; readonly names: readonly string[] }[];
  readonly next: null;
}

export interface NamedAddressAnswer {
  readonly address: string;
  readonly names: readonly string[];
}

export const entryAnswer = (entry: SeenEntry): EntryAnswer => ({
  id: entry.id,
  label: entry.label,
  kind: entry.target.kind,
  target: targetText(entry.target),
  services: entry.services,
  expiresAt: isoOrNull(entry.expiresAt),
  note: entry.note,
  source: entry.source,
  createdAt: iso(entry.createdAt),
  resolution: entry.resolution && resolutionAnswer(entry.resolution),
  refused: entry.refused,
});

export function batchAnswer(outcomes: readonly BatchOutcome[]): BatchAnswer {
  const count = (wanted: BatchOutcome['kind']): number =>
    outcomes.filter(({ kind }) => kind === wanted).length;
  return {
    added: count('added'),
    present: count('present'),
    refused: count('refused'),
    items: outcomes.map((one, at) =>
      one.kind === 'refused'
        ? { at, outcome: one.kind, code: one.error.code, detail: one.error.message }
        : { at, outcome: one.kind },
    ),
  };
}

const resolutionAnswer = (resolution: Resolution): ResolutionAnswer => ({
  addresses: resolution.addresses,
  resolvedAt: isoOrNull(resolution.resolvedAt),
  changedAt: isoOrNull(resolution.changedAt),
  failingSince: isoOrNull(resolution.failingSince),
  failure: resolution.failure,
});
