import type { Instant } from '../../domain/time.ts';

/** Reads `2026-12-31`, which is to its end (UTC), or `2026-12-31T18:00Z`; undefined when neither. */
export function readUntil(text: string): Instant | undefined {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(
    text,
  );
  if (!form) return undefined;
  const at = Date.parse(text);
  // Date.parse takes 30 February in some engines: what is written must be what comes of it
  if (Number.isNaN(at)) return undefined;
  if (form[1] !== undefined) return at;
  return new Date(at).toISOString().startsWith(text) ? at + 86_400_000 : undefined;
}
