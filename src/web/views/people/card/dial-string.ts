/** What a telephone dials when it reads the card: the number and, if wanted, the knock code after it. */

/**
 * A pause of a telephone's own making (ITU-T has none). Android waits three seconds for each, two in
 * CDMA networks, and iPhones two or three; all of them count from the answer. One would do, because what is
 * keyed ahead is kept; two also outlast a path of sound that is slow to come up, and end within the eight
 * seconds that the first key may take.
 */
const pause = ',,';

/** With `+` where there is one; without what people put in between to read it by. */
export function dialled(number: string): string {
  return number.replaceAll(/[^+0-9]/g, '');
}

/** As one keys it, or keeps it in a telephone's memory: `+15550142,,233*245*478#`. */
export function dialString(number: string, knockCode: string | undefined): string {
  return knockCode === undefined ? dialled(number) : `${dialled(number)}${pause}${knockCode}#`;
}

/**
 * The same as a URI. RFC 3966 has no pauses and dropped RFC 2806's; telephones take `,` all the same, which
 * stands for itself in a URI, as `*` does. `#` would begin a fragment, so it is escaped. An extension has
 * no `phone-context`, which telephones do not know and would dial.
 */
export function dialUri(number: string, knockCode: string | undefined): string {
  return `tel:${dialString(number, knockCode).replaceAll('#', '%23')}`;
}

/** Three numbers from 1 to 65535 as somebody typed them, in the form that is keyed; `undefined` when it is none. */
export function typedKnockCode(text: string): string | undefined {
  const numbers = text
    .trim()
    .replace(/#$/, '')
    .split(/[*\s.-]+/);
  const fits = numbers.every((number) => /^[0-9]{1,5}$/.test(number) && isPort(Number(number)));
  return numbers.length === 3 && fits ? numbers.map(Number).join('*') : undefined;
}

const isPort = (number: number): boolean => number >= 1 && number <= 65_535;
