/**
 * A telephone number with everything but its digits taken away: in international form
 * (E.164, 7 to 15 digits: `15550123`), or an extension of the PBX (at most 6 digits).
 * The length tells which. Only {@link parsePhoneNumber} makes one.
 */
export type PhoneNumber = string & { readonly __phoneNumber: unique symbol };

/** How numbers are dialled where the PBX stands. */
export interface Dialling {
  /** What stands for `+`: `00` in most of the world, `011` in North America. */
  readonly international: string;
  /** What precedes an area code within the country (`0`); empty where nothing does. */
  readonly trunk: string;
  /** The country's own code, such as `1` or `49`; empty takes numbers as they come. */
  readonly country: string;
}

/**
 * Reads what a carrier or a person writes (`+1 555-0123`, `0555 0123`), so that one
 * number is one number however it is presented, and never another's. `undefined` when
 * it is no number, or could be the number of two telephones.
 */
export function parsePhoneNumber(text: string, dialling: Dialling): PhoneNumber | undefined {
  const bare = text.replaceAll(/[\s()./-]/g, '');
  if (!/^\+?[0-9]{1,19}$/.test(bare)) return undefined;
  return numberOf(bare, dialling) as PhoneNumber | undefined;
}

/** As people write it: what {@link parsePhoneNumber} reads as the same number again. */
export function writtenNumber(number: PhoneNumber): string {
  return worldwide(number) ? `+${number}` : number;
}

/** Every way to present this number, without separators: what {@link parsePhoneNumber} reads as it, and nothing else. */
export function notationsOf(number: PhoneNumber, dialling: Dialling): readonly string[] {
  const { international, trunk, country } = dialling;
  const within = number.startsWith(country) ? number.slice(country.length) : number;
  const written = [number, `+${number}`, international + number, within, trunk + within];
  return [...new Set(written)].filter((text) => parsePhoneNumber(text, dialling) === number);
}

function numberOf(text: string, { international, trunk, country }: Dialling): string | undefined {
  if (text.startsWith('+')) return worldwide(text.slice(1));
  if (isExtension(text)) return text;
  if (international !== '' && text.startsWith(international)) {
    return worldwide(text.slice(international.length));
  }
  // without a country a trunk prefix stays: what is behind it may be another country's code
  if (country === '') return text.length <= longestNumber ? text : undefined;
  if (trunk === '') return worldwide(country + text);
  if (text.startsWith(trunk)) return worldwide(country + text.slice(trunk.length));
  // in North America the trunk prefix is the country's code, and 555 0123 leaves out both
  if (trunk === country) return worldwide(country + text);
  // a carrier may leave out the +, but a national number without its trunk prefix looks like a foreign one
  return text.startsWith(country) ? worldwide(text) : undefined;
}

/** No number of E.164 is longer. */
const longestNumber = 15;

/** No number of any country is as short with its country's code. */
const isExtension = (digits: string): boolean => digits.length <= 6;

/** An international number without its `+`, or `undefined`: no country's code begins with 0. */
function worldwide(digits: string): string | undefined {
  return /^[1-9]/.test(digits) && !isExtension(digits) && digits.length <= longestNumber
    ? digits
    : undefined;
}
