/** What stops the set-up: one clear sentence that says what happened and names the mend. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Runs an entry point. A SetupError becomes its sentence and status 2; anything
 * else is a fault of ours: it keeps its trace where DIALGATE_TRACE asks for it.
 */
export async function runEntry(entry) {
  // whoever stops reading (`| head`) must not make us leave things behind
  process.stdout.on('error', () => undefined);
  try {
    process.exitCode = (await entry()) ?? 0;
  } catch (error) {
    if (error instanceof SetupError) {
      process.stderr.write(`\n${error.message}\n`);
      process.exitCode = 2;
    } else {
      const trace = process.env.DIALGATE_TRACE ? `\n${error.stack}` : '';
      process.stderr.write(`\n${error.message} (DIALGATE_TRACE=1 shows where.)${trace}\n`);
      process.exitCode = 1;
    }
  }
}
