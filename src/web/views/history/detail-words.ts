/** `reason: wrong-pin, count: 3`, as the record has it: it is evidence, and not told in other words. */
export function detailWords(
  detail: Readonly<Record<string, string | number | boolean>> | undefined,
): string {
  return Object.entries(detail ?? {})
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ');
}
