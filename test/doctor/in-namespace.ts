import { run, type Run } from '../../src/doctor/program.ts';
import type { Namespace } from '../fixtures/namespace.ts';

/** Runs the doctor's programs in a namespace, where they see its firewall. */
export const runIn =
  (space: Namespace): Run =>
  async (program, ...args) => {
    const outcome = await run('ip', 'netns', 'exec', space.name, program, ...args);
    // ip itself is there: what it cannot find is the program
    return outcome.kind === 'failed' && /exec of .* failed/.test(outcome.why)
      ? { kind: 'absent' }
      : outcome;
  };
