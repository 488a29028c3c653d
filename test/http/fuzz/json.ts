/** A value in JSON, or a piece of text in its place, which need be none. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json } | Piece;

/** Text that is sent as it is: what no value of JavaScript is written as. */
export class Piece {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function written(value: Json): string {
  if (value instanceof Piece) return value.text;
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(written).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${written(member)}`,
  );
  return `{${members.join(',')}}`;
}

type Path = readonly (string | number)[];

/** Every place in a value, itself first. */
export function placesIn(value: Json, at: Path = []): Path[] {
  if (value instanceof Piece || typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...at, key]))];
}

/** The value with something else at a place; nothing at all where it becomes `undefined`. */
export function changedAt(
  value: Json,
  [key, ...rest]: Path,
  change: (there: Json) => Json | undefined,
): Json | undefined {
  if (key === undefined) return change(value);
  if (value instanceof Piece || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item, n) => {
      const changed = n === Number(key) ? changedAt(item, rest, change) : item;
      return changed === undefined ? [] : [changed];
    });
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const changed = name === String(key) ? changedAt(member, rest, change) : member;
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}
