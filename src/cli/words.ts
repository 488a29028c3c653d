import { InvalidArgumentError } from 'commander';

/** A whole number above 0 as typed; anything else is told apart by name. */
export function wholeNumber(text: string, what: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${what} is a whole number above 0, not "${text}".`);
}

/** Where the API has a user, or something of theirs. */
export function userPath(name: string, what?: string): string {
  const user = `/v1/users/${encodeURIComponent(name)}`;
  return what === undefined ? user : `${user}/${what}`;
}
