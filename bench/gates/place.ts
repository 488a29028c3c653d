import { mkdirSync } from 'node:fs';
import { makePair } from '../hosts.ts';
import { removeAll, type Removable } from '../removal.ts';
import { startCompanion } from './companion.ts';
import { port, type Contestant, type Gate } from './gate.ts';
import { startProber } from './prober.ts';

/** A contestant at work between a server and a client of its own. `folder` must not be there yet. */
export async function startAt(
  folder: string,
  peers: string,
  contestant: Contestant,
  entries: number,
): Promise<Gate> {
  mkdirSync(folder, { mode: 0o700 });
  const pair = await makePair();
  const parts: Removable[] = [pair];
  // last come, first gone
  const remove = (): Promise<void> => removeAll(parts.toReversed());
  try {
    const starter = await startCompanion(pair.server, 'starter.pl', String(port));
    parts.push(starter);
    const prober = await startProber(pair);
    parts.push(prober);
    const gate = await contestant.start({ pair, folder, peers, starter, prober }, entries);
    parts.push(gate);
    return { open: (address) => gate.open(address), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
