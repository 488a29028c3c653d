/** Rows under headings, in columns as wide as they need to be; ends without a line break. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one to a line, the values below each other. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n');
}

/** A caller number may hold anything; a terminal obeys control characters. */
export function printable(cell: string): string {
  return cell.replace(/\p{C}/gu, '\uFFFD');
}

/** `3 h 05 min`, `12 min`, `40 s`. */
export function brief(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** An ISO time as `2026-11-21 10:05:00Z`. */
export function when(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

/** Seconds from now to an ISO time, never below 0. */
export function secondsLeft(until: string, now = Date.now()): number {
  return Math.max(0, Math.round((Date.parse(until) - now) / 1000));
}

/** How long ago, in days where it is more than two. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  return seconds < 2 * 86_400 ? brief(seconds) : `${Math.floor(seconds / 86_400)} d`;
}
