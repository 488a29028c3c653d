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

/** Aborted by the first Ctrl-C or SIGTERM; the second ends the program as ever. */
export function untilInterrupted(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  return {
    signal: controller.signal,
    release: () => signals.forEach((signal) => process.removeListener(signal, interrupt)),
  };
}
