import { z } from 'zod';

/** Text that fits, or the one sentence that says what is allowed. */
export function text(allowed: string, fits: (text: string) => boolean): z.ZodString {
  return z.string({ error: allowed }).refine(fits, { error: allowed });
}
