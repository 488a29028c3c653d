import { InvalidArgumentError } from 'commander';

/** A whole number above 0 as typed; anything else is told apart by name. */
export function wholeNumber(text: string, what: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${what} is a whole number above 0, not "${text}".`);
}

type Parse<T> = (text: string, before: unknown) => T;

/** Words that fit, as typed; otherwise the sentence that says what is allowed. */
export function fitting(fits: (text: string) => boolean, allowed: string): Parse<string> {
  return (text) => {
    if (fits(text)) return text;
    throw new InvalidArgumentError(allowed);
  };
}

/** Several of them, whether behind one option or behind as many. */
export function several(each: Parse<string>, most: number): Parse<string[]> {
  return (text, before) => {
    // there is no list before the first one, nor behind an option written with `no-`
    const all = [...(Array.isArray(before) ? (before as string[]) : []), each(text, undefined)];
    if (all.length <= most) return all;
    throw new InvalidArgumentError(`There may be ${most} at most.`);
  };
}

/** Where the API has a user, or something of theirs. */
export function userPath(name: string, what?: string): string {
  const user = `/v1/users/${encodeURIComponent(name)}`;
  return what === undefined ? user : `${user}/${what}`;
}
