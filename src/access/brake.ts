import type { AuditEntry } from '../domain/attempt.ts';
import type { AuditLog } from '../domain/ports.ts';
import { secondsBetween, type Clock, type Seconds, type Timer } from '../domain/time.ts';
import type { Caller } from './caller.ts';

/** So many failures within so long, and strangers are refused for so long. */
export interface BrakeRule {
  /** Guesses; an unknown knock code is a tenth of one. */
  readonly failures: number;
  readonly within: Seconds;
  readonly for: Seconds;
}

/**
 * What failed: a guess behind a knock code that is somebody's, or a knock code that is
 * nobody's. Whoever has no code learns nothing from the second, and could make any number.
 */
export type Failed = 'unknown-code' | 'guess';

/** When so many authentications fail that somebody must be trying on all lines, strangers wait. */
export interface Brake {
  failed(kind: Failed, caller: Caller): void;
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
  readonly allClear: (message: string) => void;
}

/** In tenths of a guess, so that they add up exactly. */
const weights: Readonly<Record<Failed, number>> = { 'unknown-code': 1, guess: 10 };

/** What one caller adds within the time of the rule, in tenths: five guesses; nobody shall pull the brake alone. */
const mostOfOneCaller = 50;

interface Weighed {
  readonly at: number;
  readonly caller: Caller;
  readonly weight: number;
}

export function createBrake({
  audit,
  clock,
  steady,
  timer,
  rule,
  alarm,
  allClear,
}: BrakeParts): Brake {
  /** Those of the time that counts; never more than make the brake come on. */
  let recent: Weighed[] = [];
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
    recent = [];
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
    allClear('calls from strangers are answered again');
  }

  return {
    failed(kind, caller) {
      const now = steady();
      recent = recent.filter(({ at }) => now - at < rule.within * 1000);
      const left = mostOfOneCaller - sum(recent.filter((one) => one.caller === caller));
      const weight = Math.min(weights[kind], left);
      if (weight > 0) recent.push({ at: now, caller, weight });
      if (sum(recent) >= rule.failures * weights.guess) begin(now);
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

function sum(failures: readonly Weighed[]): number {
  return failures.reduce((total, { weight }) => total + weight, 0);
}
