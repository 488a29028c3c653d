import { InvalidArgumentError } from 'commander';

/** A whole number above 0 as typed; anything else is told apart by name. */
export function wholeNumber(text: string, what: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${what} is a whole number above 0, not "${text}".`);
}
