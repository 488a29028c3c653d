import { randomInt } from 'node:crypto';
import fc from 'fast-check';

/**
 * Where generated input begins: the same each time, so that what fails on a change fails because
 * of it. DIALGATE_SEED=random goes where nobody has been; DIALGATE_SEED=N goes there again.
 */
export const seed = seedOf(process.env['DIALGATE_SEED'] ?? '20250601');

fc.configureGlobal({ seed });

function seedOf(wanted: string): number {
  if (wanted === 'random') return randomInt(2 ** 30);
  if (/^\d{1,10}$/.test(wanted)) return Number(wanted);
  throw new Error(`DIALGATE_SEED is ${wanted}; it may be "random" or a whole number.`);
}

export { fc };
