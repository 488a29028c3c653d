/** The words of a shell line or of iptables-save, quotes taken off; undefined when a quote has no end. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== '' && !rest.startsWith('#')) {
    // pieces of one word: bare, 'single' or "double" quoted
    const piece = /^(?:[^\s'"\\]+|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)+/.exec(rest)?.[0];
    if (piece === undefined) return undefined;
    words.push(piece.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, unquoted));
    const after = rest.slice(piece.length);
    rest = after.trimStart();
    // a quote in the middle of what follows without a space has no end
    if (after !== '' && after === rest) return undefined;
  }
  return words;
}

function unquoted(_: string, single?: string, double?: string, escaped?: string): string {
  return single ?? double?.replace(/\\(.)/g, '$1') ?? escaped ?? '';
}
