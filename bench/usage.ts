import { readdirSync, readFileSync } from 'node:fs';

/** What a process and those it started have cost so far. */
export interface Usage {
  /** Processor time in ms, of itself. */
  readonly own: number;
  /** Of the processes it started, living and ended. */
  readonly children: number;
  /** Resident memory of itself, in KiB. */
  readonly rss: number;
  /** Memory of its living children, in KiB; what they share is counted once (PSS). */
  readonly childrenPss: number;
}

export interface Sample<Name extends string> {
  /** ms since the epoch */
  readonly at: number;
  readonly usage: Readonly<Record<Name, Usage>>;
  /** What all processors have worked so far, in ms, whoever it was for. */
  readonly machine: number;
}

export interface Watch<Name extends string> {
  readonly samples: readonly Sample<Name>[];
  stop(): void;
}

/** Linux counts a process's time in hundredths of a second (USER_HZ). */
const tick = 10;

/** Looks at the processes every `everyMs`, until stopped. */
export function watchUsage<Name extends string>(
  pids: Readonly<Record<Name, number>>,
  everyMs = 500,
): Watch<Name> {
  const samples: Sample<Name>[] = [];
  const look = (): void => {
    const table = readTable();
    const entries = Object.entries<number>(pids).map(([name, pid]) => [name, usageOf(pid, table)]);
    const usage = Object.fromEntries(entries) as Record<Name, Usage>;
    samples.push({ at: Date.now(), usage, machine: machineTime() });
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    samples,
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

/** proc(5), stat: everything but idle and iowait. */
export function machineTime(): number {
  const [first = ''] = readOrNothing('/proc/stat').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = first
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) * tick;
}

interface Row {
  readonly parent: number;
  readonly own: number;
  readonly waitedFor: number;
}

/** Every process of the machine: proc(5), stat. */
function readTable(): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const stat = readOrNothing(`/proc/${name}/stat`);
    // the program's name, in brackets, may itself hold spaces and brackets
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    rows.set(Number(name), {
      parent,
      own: (utime + stime) * tick,
      waitedFor: (cutime + cstime) * tick,
    });
  }
  return rows;
}

function usageOf(pid: number, table: ReadonlyMap<number, Row>): Usage {
  const living = [...table].filter(([, { parent }]) => parent === pid);
  const { own = 0, waitedFor = 0 } = table.get(pid) ?? {};
  return {
    own,
    children: living.reduce((sum, [, row]) => sum + row.own + row.waitedFor, waitedFor),
    rss: rssOf(pid),
    childrenPss: living.reduce(
      (sum, [child]) => sum + kibibytes(`/proc/${child}/smaps_rollup`, 'Pss'),
      0,
    ),
  };
}

/** Resident memory, in KiB. */
export const rssOf = (pid: number): number => kibibytes(`/proc/${pid}/status`, 'VmRSS');

function kibibytes(file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+([0-9]+) kB$`, 'm').exec(readOrNothing(file))?.[1] ?? 0);
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

/** What one process cost between two instants. */
export interface Cost {
  /** Share of one processor, in percent. */
  readonly ownPercent: number;
  readonly childrenPercent: number;
  /** The most within that time, in MiB. */
  readonly rss: number;
  readonly childrenPss: number;
}

/** How busy the machine was in percent of one processor: whether others have disturbed the measurement. */
export function machineBetween(
  samples: readonly Sample<string>[],
  from: number,
  to: number,
): number {
  const { first, last } = ends(samples, from, to);
  return (100 * (last.machine - first.machine)) / (last.at - first.at);
}

/** By the samples within; at least two must be. */
export function costBetween<Name extends string>(
  samples: readonly Sample<Name>[],
  name: Name,
  from: number,
  to: number,
): Cost {
  const { first, last, within } = ends(samples, from, to);
  const share = (part: 'own' | 'children'): number =>
    (100 * (last.usage[name][part] - first.usage[name][part])) / (last.at - first.at);
  const most = (part: 'rss' | 'childrenPss'): number =>
    Math.max(...within.map(({ usage }) => usage[name][part])) / 1024;
  return {
    ownPercent: share('own'),
    childrenPercent: share('children'),
    rss: most('rss'),
    childrenPss: most('childrenPss'),
  };
}

function ends<S extends { readonly at: number }>(samples: readonly S[], from: number, to: number) {
  const within = samples.filter(({ at }) => at >= from && at <= to);
  const [first, last] = [within[0], within.at(-1)];
  if (!first || !last || first === last) throw new Error('too short to be measured');
  return { first, last, within };
}
