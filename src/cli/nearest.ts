/** As many as one reads at a glance. */
const few = 3;

/**
 * Words that may have been meant: those that hold what was typed, or a part of it between hyphens, and those
 * that are few letters away. The likeliest first; none where nothing is near.
 */
export function nearest(typed: string, words: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  // up to a third of what was typed may be wrong
  const farthest = Math.max(1, Math.floor(wanted.length / 3));
  return words
    .map((word) => ({ word, away: distance(wanted, word) }))
    .filter(({ word, away }) => away <= farthest || holds(word, wanted))
    .sort((a, b) => a.away - b.away)
    .slice(0, few)
    .map(({ word }) => word);
}

const shortestPart = 4;

function holds(word: string, typed: string): boolean {
  const parts = [typed, ...typed.split(/[^a-z]/)].filter(({ length }) => length >= shortestPart);
  return parts.some((part) => word.includes(part));
}

/** Letters to be changed, added or taken away, and neighbours that changed places (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [before, last] = [last, next];
  }
  return last[b.length] ?? 0;
}
