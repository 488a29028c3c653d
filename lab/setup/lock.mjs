import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './setup-error.mjs';

/**
 * When the process began, in clock ticks since boot (field 22 of proc(5)'s
 * stat); undefined when there is no such process. With the pid it names a
 * process for ever, as a pid alone does not.
 */
export function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the program's name, in brackets, may itself hold spaces and brackets
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}

/** The lock's owner while it lives; undefined when the lock is free or stale. */
export function ownerOf(file) {
  try {
    const { pid, startTime } = JSON.parse(readFileSync(file, 'utf8'));
    return startTimeOf(pid) === startTime ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Does the work while holding the lock file. Another living process that holds
 * it is waited for (`onWait(pid)` is told once); what a dead one left is taken over.
 */
export async function withLock(file, work, { onWait, waitSeconds = 1800 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) });
  const deadline = Date.now() + waitSeconds * 1000;
  let told = false;
  while (!take(file, mine)) {
    const owner = ownerOf(file);
    if (owner === undefined) {
      // a moment for an owner that has made the file and not yet written it
      await sleep(200);
      if (ownerOf(file) === undefined) rmSync(file, { force: true });
      continue;
    }
    if (!told) onWait?.(owner);
    told = true;
    if (Date.now() > deadline) {
      throw new SetupError(
        `Process ${owner} has held ${file} for too long: wait for it or end it, then run this again.`,
      );
    }
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file, content) {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}
