import type { EntryAnswer } from '../../../http/entry-answers.ts';

/** What stands in the form, as text. */
export interface Draft {
  readonly label: string;
  readonly target: string;
  readonly services: readonly string[];
  /** As a datetime-local input has it, in the browser's zone; empty: no end. */
  readonly until: string;
  readonly note: string;
}

export const emptyDraft: Draft = { label: '', target: '', services: [], until: '', note: '' };

export const draftOf = ({ label, target, services, expiresAt, note }: EntryAnswer): Draft => ({
  label,
  target,
  services,
  until: expiresAt === null ? '' : localOf(new Date(expiresAt)),
  note,
});

const two = (part: number): string => String(part).padStart(2, '0');
const localOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

const endOf = ({ until }: Draft): string | null =>
  until === '' ? null : new Date(until).toISOString();

export const newEntryOf = (draft: Draft): object => ({
  label: draft.label.trim(),
  target: draft.target.trim(),
  ...(draft.services.length > 0 && { services: draft.services }),
  ...(draft.until !== '' && { expiresAt: endOf(draft) }),
  ...(draft.note.trim() !== '' && { note: draft.note.trim() }),
});

/** What differs from what was seen, as a request to change it; undefined when nothing does. */
export function changesOf(seen: Draft, draft: Draft): object | undefined {
  const sameServices = seen.services.toSorted().join() === draft.services.toSorted().join();
  const changes = {
    ...(!sameServices && { services: draft.services }),
    ...(seen.until !== draft.until && { expiresAt: endOf(draft) }),
    ...(seen.note !== draft.note.trim() && { note: draft.note.trim() }),
  };
  return Object.keys(changes).length > 0 ? changes : undefined;
}
