/** What of the record is looked at: as text, because it stands in the address bar and in fields. */
export const filterNames = [
  'kind',
  'userId',
  'address',
  'callId',
  'caller',
  'actor',
  'from',
  'to',
] as const;
export type FilterName = (typeof filterNames)[number];
export type RecordFilter = Readonly<Partial<Record<FilterName, string>>>;

/** What the address bar says; what stands there besides is not ours. */
export function filterIn(query: URLSearchParams): RecordFilter {
  const filter: Partial<Record<FilterName, string>> = {};
  for (const name of filterNames) {
    const value = query.get(name)?.trim();
    if (value) filter[name] = value;
  }
  return filter;
}

/** Said of a filter that is folded away. */
export const setWords = (count: number): string | undefined =>
  count === 0 ? undefined : `${count} set`;

/** The filter, and what is asked for besides, as the API takes it. */
export function queryOf(
  filter: RecordFilter,
  besides: Readonly<Record<string, string | number | null | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const name of filterNames) {
    const value = filter[name];
    if (value) query.set(name, value);
  }
  for (const [name, value] of Object.entries(besides)) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** A link that takes the lines away, oldest first. */
export const exportPath = (filter: RecordFilter, format: 'ndjson' | 'csv'): string =>
  `/v1/audit/export${queryOf(filter, { format })}`;

/** A time of the API as a field for date and time has it, in the browser's own zone; empty when it is none. */
export function toField(iso: string | undefined): string {
  if (iso === undefined) return '';
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** And back; `undefined` when the field is empty or half filled. */
export function fromField(text: string): string | undefined {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

interface Line {
  readonly at: string;
  readonly kind: string;
  readonly actor: string;
  readonly userId?: number | undefined;
  readonly callId?: number | undefined;
  readonly address?: string | undefined;
  readonly caller?: string | undefined;
}

/** Whether a line that happens now would be among those that are looked at. */
export function matches(filter: RecordFilter, line: Line): boolean {
  return filterNames.every((name) => {
    const wanted = filter[name];
    if (wanted === undefined) return true;
    if (name === 'from') return line.at >= wanted;
    if (name === 'to') return line.at < wanted;
    return String(line[name] ?? '') === wanted;
  });
}
