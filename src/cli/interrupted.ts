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
