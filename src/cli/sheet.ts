/** A sheet of single-use codes as it is printed: at most 64 columns, and no other secret on it. */
export function sheet(name: string, codes: readonly string[], at: Date): string {
  const rows = Math.ceil(codes.length / columns);
  const cell = (index: number): string => {
    const code = codes[index];
    return code === undefined ? '' : `${String(index + 1).padStart(3)}.  ${grouped(code)}`;
  };
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => cell(row + column * rows).padEnd(width))
      .join('')
      .trimEnd(),
  );
  return [
    `Single-use codes of ${name}, ${at.toISOString().slice(0, 10)}`,
    '',
    ...lines,
    '',
    'After the PIN, key the eight digits of any code and #. Cross it out.',
  ].join('\n');
}

const columns = 2;
const width = 24;

/** In fours, as eyes and fingers keep hold of them. */
function grouped(code: string): string {
  return code.replaceAll(/([0-9]{4})(?=[0-9])/g, '$1 ');
}
