import type { SeenEntry } from '../access/entries.ts';
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

const resolutionAnswer = (resolution: Resolution): ResolutionAnswer => ({
  addresses: resolution.addresses,
  resolvedAt: isoOrNull(resolution.resolvedAt),
  changedAt: isoOrNull(resolution.changedAt),
  failingSince: isoOrNull(resolution.failingSince),
  failure: resolution.failure,
});
