const word = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const form = new RegExp(`^${word}(\\.${word})*@(${label}\\.)*${label}$`);

/** The longest that a server must take (RFC 5321, 4.5.3.1, with the erratum to RFC 3696). */
export const longestEmail = 254;
const longestLocalPart = 64;

/**
 * An e-mail address as people have them: a dot-atom and a host name (RFC 5321), ASCII alone.
 * What has a place for spaces, line breaks or quotes is none.
 */
export function isEmail(text: string): boolean {
  return text.length <= longestEmail && text.indexOf('@') <= longestLocalPart && form.test(text);
}
