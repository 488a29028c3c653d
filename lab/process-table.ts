import { readdirSync, readFileSync } from 'node:fs';

/**
 * When the process began, in clock ticks since boot (field 22 of proc(5)'s
 * stat); undefined when there is no such process. Pids are used again; a pid
 * with its start time is not.
 */
export function startTimeOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the program's name, in brackets, may itself hold spaces and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

/** The processes that were started with this variable in their environment. */
export function processesWith(variable: string, value: string): number[] {
  const wanted = `${variable}=${value}`;
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(wanted);
      } catch {
        return false; // gone meanwhile
      }
    });
}

/** What a process may do, as the kernel has it (proc(5), status). */
export interface Privileges {
  readonly uid: number;
  readonly groups: readonly number[];
  /** Effective, permitted, inheritable and ambient together, as a bit mask. */
  readonly capabilities: bigint;
  readonly bounding: bigint;
  readonly noNewPrivileges: boolean;
}

export function privilegesOf(pid: number): Privileges {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string[] =>
    (new RegExp(`^${name}:[\\t ]*(.*)$`, 'm').exec(status)?.[1] ?? '').split(/\s+/).filter(Boolean);
  const mask = (name: string): bigint => BigInt(`0x${field(name)[0] ?? '0'}`);
  return {
    uid: Number(field('Uid')[1]),
    groups: [...new Set([...field('Gid').slice(0, 1), ...field('Groups')].map(Number))],
    capabilities: mask('CapEff') | mask('CapPrm') | mask('CapInh') | mask('CapAmb'),
    bounding: mask('CapBnd'),
    noNewPrivileges: field('NoNewPrivs')[0] === '1',
  };
}
