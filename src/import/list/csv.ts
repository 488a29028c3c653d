/**
 * One record of CSV (RFC 4180): commas, fields in double quotes, quotes in them
 * doubled. A line break in a field is none of what entries have, so every line is a
 * record of its own and a missing quote spoils no other line. Undefined when malformed.
 */
export function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const [whole, quoted, bare = '', end] = field.exec(line) ?? [];
    if (whole === undefined) return undefined;
    fields.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === '') return fields;
  }
}
