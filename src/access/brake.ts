import type { AuditEntry } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import { secondsBetween, type Clock, type Seconds, type Timer } from '../domain/time.ts';
import { slidingWindow } from './sliding-window.ts';

/** So many failures within so long, and strangers are refused for so long. */
export interface BrakeRule {
  readonly failures: number;
  readonly within: Seconds;
  readonly for: Seconds;
}

/** When so many authentications fail that somebody must be trying on all lines, strangers wait. */
export interface Brake {
  failed(): void;
  isOn(): boolean;
  /** Waits for what is being put on record. Never rejects. */
  stop(): Promise<void>;
}

export interface BrakeParts {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  readonly steady: () => number;
  readonly timer: Timer;
  readonly rule: BrakeRule;
  readonly alarm: (message: string, details: Readonly<Record<string, string | number>>) => void;
}

export function createBrake({ audit, clock, steady, timer, rule, alarm }: BrakeParts): Brake {
  const window = slidingWindow(rule.failures, rule.within);
  /** When it ends by the steady clock; `undefined` while it is off. */
  let end: number | undefined;
  let ending: { cancel(): void } | undefined;
  let written: Promise<unknown> = Promise.resolve();

  function note(kind: AuditEntry['kind'], detail: AuditEntry['detail']): void {
    const entry: AuditEntry = { at: clock.now(), actor: 'system', kind, detail };
    // in order, and a store that is away holds nobody up: the log has it too
    written = written.then(() => audit.append(entry)).catch(() => undefined);
  }

  function begin(now: number): void {
    const details = { failures: rule.failures, within: rule.within, seconds: rule.for };
    if (end === undefined) {
      note('brake-began', details);
      alarm('too many failures: calls from strangers are refused for a while', details);
      ending = timer(rule.for, lookWhetherOver);
    }
    end = now + rule.for * 1000;
    window.clear();
  }

  function lookWhetherOver(): void {
    if (end === undefined) return;
    const left = secondsBetween(steady(), end);
    ending?.cancel();
    if (left > 0) {
      ending = timer(left, lookWhetherOver);
      return;
    }
    end = undefined;
    note('brake-ended', undefined);
    alarm('calls from strangers are answered again', {});
  }

  return {
    failed() {
      const now = steady();
      window.add(now);
      if (window.full(now)) begin(now);
    },
    isOn() {
      if (end !== undefined && steady() >= end) lookWhetherOver();
      return end !== undefined;
    },
    async stop() {
      ending?.cancel();
      await written;
    },
  };
}
