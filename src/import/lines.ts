import type { SourceFile } from './reading.ts';

/** Bounds on one file. Larger ones are no whitelists. */
export const largestFile = 16 * 1024 * 1024;
export const mostLines = 200_000;
const longestLine = 2000;

export interface Line {
  readonly number: number;
  readonly text: string;
  /** Why it cannot be read as text. */
  readonly fault: string | undefined;
}

export type Lines = { readonly lines: readonly Line[] } | { readonly fault: string };

/** The lines of a file of UTF-8 text, ended by LF or CRLF; or why it is none. */
export function linesOf({ bytes }: SourceFile): Lines {
  if (bytes.length > largestFile) return { fault: 'is larger than 16 MiB' };
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { fault: 'is UTF-16: save it as UTF-8' };
  }
  if (bytes.includes(0)) return { fault: 'is no text: it has zero bytes in it' };
  // not fatal: a comment in Latin-1 must not cost the lines around it
  const rows = new TextDecoder('utf-8').decode(bytes).split('\n');
  if (rows.at(-1) === '') rows.pop();
  if (rows.length > mostLines) return { fault: `has more than ${mostLines} lines` };
  return {
    lines: rows.map((row, at) => {
      const text = row.endsWith('\r') ? row.slice(0, -1) : row;
      return { number: at + 1, text, fault: faultOf(text) };
    }),
  };
}

function faultOf(text: string): string | undefined {
  if (text.length > longestLine) return `is longer than ${longestLine} characters`;
  if (text.includes('\uFFFD')) return 'is not UTF-8';
  return /[^\P{Cc}\t]/u.test(text) ? 'has control characters in it' : undefined;
}
