/** Where people look, beside what is printed for programs. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Milliseconds between two words of it. */
const onTerminal = 100;
const inFile = 5000;

/** Says how far it is: on a terminal in one line that is written over, elsewhere now and then in one of its own. */
export function progressOn(
  stream: ProgressStream,
  now = () => performance.now(),
): (done: number, total: number) => void {
  let last = now();
  let shown = false;
  return (done, total) => {
    const every = stream.isTTY ? onTerminal : inFile;
    const atEnd = done >= total;
    // what takes no time needs no words
    if (atEnd ? !shown : now() - last < every) return;
    last = now();
    shown = true;
    const text = `${done} of ${total} entries`;
    if (!stream.isTTY) stream.write(`${text}\n`);
    else stream.write(`\r${text}${atEnd ? '\n' : ''}`);
  };
}
