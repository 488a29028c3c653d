/** The keypad of a telephone, with one key open. */
export function Mark() {
  const rows = [5, 12, 19];
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {rows.flatMap((y) =>
        rows.map((x) =>
          x === 12 && y === 12 ? (
            <circle key="open" class="open" cx={x} cy={y} r="3.2" />
          ) : (
            <circle key={`${x} ${y}`} cx={x} cy={y} r="2.2" />
          ),
        ),
      )}
    </svg>
  );
}
