import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../lab/lab.ts';
import type { Order, Plan, Report } from './plan.ts';

/** What became of one call; times in ms since the epoch, null when it did not come to that. */
export interface CallResult {
  readonly id: number;
  readonly address: string;
  beganAt: number | null;
  answeredAt: number | null;
  /** From lifting the receiver to the answer, or to being told that there is none. */
  setUpMs: number | null;
  keyedAt: number | null;
  /** When the helper had the kernel's word for it. */
  openedAt: number | null;
  endedAt: number | null;
  /** SIP status when it was not answered. */
  status: number | null;
}

export interface Outcome {
  readonly calls: readonly CallResult[];
  /** Addresses that were opened and that nobody had keyed, or opened again. */
  readonly strangers: readonly string[];
}

export interface PhoneBank {
  /** Of the telephones' process, to tell its costs. */
  readonly pid: number;
  /** Settles when the last call is over. @throws Error after `longestMs`, or when the telephones die. */
  run(plan: Plan, longestMs: number, seen?: (done: number) => void): Promise<Outcome>;
  stop(): void;
}

/** Telephones at the carrier. Real ones have processors of their own: these at least go first. */
export function openPhoneBank(lab: Lab): PhoneBank {
  const phones = fileURLToPath(new URL('phones.js', import.meta.url));
  const leash = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const words = [...lab.at('carrier'), 'nice', '-n', '-10', ...leash, process.execPath, phones];
  const [program = '', ...args] = words;
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const tell = (order: Order): void => void child.send(order);

  async function run(plan: Plan, longestMs: number, seen?: (done: number) => void) {
    const results = new Map<number, CallResult>();
    const byAddress = new Map<string, CallResult>();
    for (const { id, address } of plan.lines.flat()) {
      const result = { id, address, ...nothingYet };
      results.set(id, result);
      byAddress.set(address, result);
    }
    const strangers: string[] = [];
    const unsubscribe = lab.helper.log.subscribe(({ fields }) => {
      if (fields['event'] !== 'open') return;
      const address = String(fields['address']);
      const result = byAddress.get(address);
      if (!result || result.openedAt !== null) {
        strangers.push(address);
        return;
      }
      result.openedAt = Date.parse(String(fields['time']));
      tell({ opened: result.id });
    });
    let done = 0;
    let listener: (report: Report) => void = () => undefined;
    let gone: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`the calls were not over after ${longestMs / 1000} s`)),
          longestMs,
        );
        gone = () => reject(new Error('the telephones ended by themselves'));
        listener = (report) => {
          if (report.what === 'done') return resolve();
          const result = results.get(report.call);
          if (!result) return;
          take(result, report);
          if (report.what === 'ended' || report.what === 'not-answered') seen?.(++done);
        };
        child.on('message', listener);
        child.once('exit', gone);
        tell({ plan });
      });
    } finally {
      clearTimeout(timer);
      unsubscribe();
      child.off('message', listener);
      child.off('exit', gone);
    }
    return { calls: [...results.values()], strangers };
  }

  return { pid: child.pid ?? 0, run, stop: () => void child.kill('SIGKILL') };
}

const nothingYet = {
  beganAt: null,
  answeredAt: null,
  setUpMs: null,
  keyedAt: null,
  openedAt: null,
  endedAt: null,
  status: null,
};

function take(result: CallResult, report: Exclude<Report, { what: 'done' }>): void {
  switch (report.what) {
    case 'began':
      result.beganAt = report.at;
      break;
    case 'answered':
      result.answeredAt = report.at;
      result.setUpMs = report.tookMs;
      break;
    case 'keyed':
      result.keyedAt = report.at;
      break;
    case 'ended':
      result.endedAt = report.at;
      break;
    case 'not-answered':
      result.status = report.status;
      result.setUpMs = report.tookMs;
  }
}
