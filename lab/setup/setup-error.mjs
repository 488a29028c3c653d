/** What stops the set-up: one clear sentence that says what happened and names the mend. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Runs an entry point. A SetupError becomes its sentence and status 2; anything
 * else is a fault of ours and keeps its trace.
 */
export async function runEntry(entry) {
  try {
    process.exitCode = (await entry()) ?? 0;
  } catch (error) {
    if (error instanceof SetupError) {
      process.stderr.write(`\n${error.message}\n`);
      process.exitCode = 2;
    } else {
      console.error(error);
      process.exitCode = 1;
    }
  }
}
