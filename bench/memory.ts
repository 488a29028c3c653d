import { readdirSync, readFileSync } from 'node:fs';
import type { LoneHelper } from './lone-helper.ts';
import { rssOf } from './usage.ts';

/** Resident, MiB. */
export interface Memory {
  readonly helper: number;
  readonly children: number;
}

export interface MemoryWatch {
  /** The most that the helper, and the programs that it starts together, have had in each fifth of a second. */
  readonly course: readonly (Memory & { readonly seconds: number })[];
  /** Ends it, and gives back the most of all. */
  stop(): Memory;
}

const lookEvery = 20; // ms
const looksOfOne = 10;

export function watchMemory(helper: LoneHelper): MemoryWatch {
  const began = performance.now();
  const course: (Memory & { seconds: number })[] = [];
  let looks = 0;
  const timer = setInterval(() => {
    const children = below(helper.pid).reduce((sum, pid) => sum + rssOf(pid), 0) / 1024;
    const now = { helper: rssOf(helper.pid) / 1024, children };
    const last = course.at(-1);
    if (!last || looks++ % looksOfOne === 0)
      course.push({ seconds: (performance.now() - began) / 1000, ...now });
    else Object.assign(last, most([last, now]));
  }, lookEvery);
  return {
    course,
    stop: () => {
      clearInterval(timer);
      return most(course);
    },
  };
}

const most = (looked: readonly Memory[]): Memory => ({
  helper: Math.max(0, ...looked.map(({ helper }) => helper)),
  children: Math.max(0, ...looked.map(({ children }) => children)),
});

/** All that it has started, at any depth. */
function below(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .map(Number)
      .flatMap((child) => (child > 0 ? [child, ...below(child)] : []));
  } catch {
    return []; // it has ended meanwhile
  }
}
