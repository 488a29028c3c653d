import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from './process-table.ts';
import { labsFolder, type LabRecord } from './record.ts';
import { removeEverything } from './removal.ts';

const recordOf = (id: string): string => join(labsFolder, `${id}.json`);

/** Takes a new id and puts the lab on record; makes its folder. */
export function claimLab(): LabRecord {
  mkdirSync(labsFolder, { recursive: true, mode: 0o755 });
  for (;;) {
    const id = randomBytes(2).toString('hex');
    const record: LabRecord = {
      id,
      owner: { pid: process.pid, startTime: startTimeOf(process.pid) ?? 0 },
      folder: join(labsFolder, id),
      namespaces: {
        server: `dg${id}-server`,
        carrier: `dg${id}-carrier`,
        roaming: `dg${id}-roaming`,
      },
    };
    const draft = join(labsFolder, `.${id}.${process.pid}`);
    writeFileSync(draft, JSON.stringify(record));
    try {
      // whole or not at all, and never over another's
      linkSync(draft, recordOf(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    mkdirSync(record.folder, { mode: 0o755 });
    return record;
  }
}

/** Removes whatever the lab has made, in whatever state it is, and then its record. */
export async function releaseLab(record: LabRecord): Promise<void> {
  await removeEverything(record);
  rmSync(recordOf(record.id), { force: true });
}

/** All labs on record; those whose owner has died are not `alive`. */
export function labsOnRecord(): { readonly record: LabRecord; readonly alive: boolean }[] {
  let names: string[];
  try {
    names = readdirSync(labsFolder).filter((name) => /^[0-9a-f]{4}\.json$/.test(name));
  } catch {
    return []; // there was never a lab
  }
  return names.flatMap((name) => {
    try {
      const record = JSON.parse(readFileSync(join(labsFolder, name), 'utf8')) as LabRecord;
      return [{ record, alive: startTimeOf(record.owner.pid) === record.owner.startTime }];
    } catch {
      return []; // released meanwhile
    }
  });
}

/** Cleans up after labs that were killed; returns their ids. */
export async function clearDeadLabs(): Promise<string[]> {
  const dead = labsOnRecord().filter(({ alive }) => !alive);
  for (const { record } of dead) await releaseLab(record);
  return dead.map(({ record }) => record.id);
}
