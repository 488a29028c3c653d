import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeNamespaces } from './network.ts';
import { processesWith } from './process-table.ts';
import { sh } from './shell.ts';
import { labVariable, type LabRecord } from './record.ts';

/** Processes first, since they hold the rest; then namespaces (and with them links and rules), mounts, files. */
export async function removeEverything(record: LabRecord): Promise<void> {
  await endProcesses(record);
  await removeNamespaces(Object.values(record.namespaces));
  for (const mount of mountsBelow(record.folder).toReversed()) await sh('umount', '-l', mount);
  rmSync(record.folder, { recursive: true, force: true, maxRetries: 5 });
}

async function endProcesses(record: LabRecord): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const living = await processesOf(record);
    if (living.length === 0) return;
    for (const pid of living) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone meanwhile
      }
    }
    await sleep(25);
  }
  throw new Error(`Processes of lab ${record.id} do not end, even by SIGKILL.`);
}

/** All that was started for this lab, or that somebody has started within its networks. */
export async function processesOf(record: LabRecord): Promise<number[]> {
  const pids = new Set(processesWith(labVariable, record.id));
  for (const name of Object.values(record.namespaces)) {
    if (!existsSync(`/run/netns/${name}`)) continue;
    const listed = await sh('ip', 'netns', 'pids', name).catch(() => '');
    for (const pid of listed.split('\n').filter(Boolean)) pids.add(Number(pid));
  }
  pids.delete(process.pid);
  return [...pids];
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => mount.startsWith(`${folder}/`));
}
