/**
 * A telephone number with everything but its digits taken away, in international
 * form: `15550123`. Only {@link parsePhoneNumber} makes one.
 */
export type PhoneNumber = string & { readonly __phoneNumber: unique symbol };

/** How numbers are dialled where the PBX stands. */
export interface Dialling {
  /** What stands for `+`: `00` in most of the world, `011` in North America. */
  readonly international: string;
  /** What precedes an area code within the country (`0`); empty where nothing does. */
  readonly trunk: string;
  /** The country's own code, such as `1` or `49`. */
  readonly country: string;
}

/**
 * Reads what a carrier or a person writes (`+1 555-0123`, `0555 0123`), so that one
 * number is one number however it is presented. Extensions (up to six digits) stay
 * as they are. `undefined` when it is no number. E.164 allows 15 digits.
 */
export function parsePhoneNumber(text: string, dialling: Dialling): PhoneNumber | undefined {
  const bare = text.replaceAll(/[\s()./-]/g, '');
  if (!/^\+?[0-9]{1,18}$/.test(bare)) return undefined;
  const number = bare.startsWith('+') ? bare.slice(1) : international(bare, dialling);
  return number.length >= 1 && number.length <= 15 ? (number as PhoneNumber) : undefined;
}

/** The longest number that is an extension of the PBX, and has no country. */
const longestExtension = 6;

function international(digits: string, { international, trunk, country }: Dialling): string {
  if (international !== '' && digits.startsWith(international)) {
    return digits.slice(international.length);
  }
  if (digits.length <= longestExtension) return digits;
  if (trunk !== '' && digits.startsWith(trunk)) return country + digits.slice(trunk.length);
  // without a prefix a carrier may have left out nothing but the +
  return digits.startsWith(country) && digits.length > 9 ? digits : country + digits;
}
