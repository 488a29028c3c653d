import type { Standing } from '../domain/entry.ts';
import type { StandReport } from '../domain/ports.ts';
import type { Ask, Done } from './requests.ts';
import { AccessError } from '../domain/access-error.ts';
import { linesOf } from './standing-lines.ts';

/** Lines in a request: few enough that the helper has read them before anybody notices. */
const partSize = 2000;

/**
 * Has the helper make these the standing entries. Where it says that they stand
 * already, nothing more is sent.
 *
 * @throws AccessError as `ask` does
 */
export async function stand(
  entries: readonly Standing[],
  ask: (request: Ask) => Promise<Done>,
): Promise<StandReport> {
  const { lines, digest } = await linesOf(entries);
  const { standing } = await ask({ verb: 'standing' });
  if (standing?.digest === digest) return { added: 0, removed: 0, failed: standing.failed };
  const parts = Math.max(1, Math.ceil(lines.length / partSize));
  for (let part = 0; part < parts; part++) {
    const some = lines.slice(part * partSize, (part + 1) * partSize);
    const { stood } = await ask({ verb: 'stand', digest, part, parts, entries: some });
    if (stood) return stood;
  }
  throw new AccessError('internal', "The helper's answer has no report: versions may differ.");
}
