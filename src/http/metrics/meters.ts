import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { families, type Family, type FamilyName } from './families.ts';

/** What the gate and the record are compared for. */
export type ReconciledList = 'grants' | 'entries';

/** What can only be noted as it happens. Nothing here throws or waits. */
export interface Meters {
  /** The kernel has confirmed an opening, so many milliseconds after it was asked for. */
  gateOpened(milliseconds: number): void;
  helperAnswered(verb: string, milliseconds: number): void;
  helperSilent(verb: string): void;
  reconciled(list: ReconciledList, well: boolean, at: number): void;
  requestEnded(request: {
    readonly operation: string;
    readonly method: string;
    readonly status: number;
    /** Undefined for what has no length of its own. */
    readonly milliseconds: number | undefined;
  }): void;
  /** Somebody reads live events, until they end it. */
  listening(): () => void;
  readonly registry: Registry;
}

/** One for the whole house, however many doors it has. */
export function createMeters(): Meters {
  const registry = new Registry();
  const registers = [registry];
  const opened = histogram('dialgate_gate_open_duration_seconds', registers);
  const answered = histogram('dialgate_helper_answer_duration_seconds', registers);
  const silent = counter('dialgate_helper_unanswered_total', registers);
  const failures = counter('dialgate_reconciliation_failures_total', registers);
  const success = gauge('dialgate_reconciliation_success_timestamp_seconds', registers);
  const requests = counter('dialgate_http_requests_total', registers);
  const durations = histogram('dialgate_http_request_duration_seconds', registers);
  const listeners = gauge('dialgate_event_listeners', registers);
  for (const list of ['grants', 'entries'] as const) failures.inc({ list }, 0);

  return {
    registry,
    gateOpened: (milliseconds) => opened.observe(milliseconds / 1000),
    helperAnswered: (verb, milliseconds) => answered.observe({ verb }, milliseconds / 1000),
    helperSilent: (verb) => silent.inc({ verb }),
    reconciled(list, well, at) {
      if (well) success.set({ list }, at / 1000);
      else failures.inc({ list });
    },
    requestEnded({ operation, method, status, milliseconds }) {
      // any word may be sent as a method
      const known = knownMethods.has(method) ? method : 'other';
      requests.inc({ operation, method: known, status: `${Math.floor(status / 100)}xx` });
      if (milliseconds !== undefined) durations.observe({ operation }, milliseconds / 1000);
    },
    listening() {
      listeners.inc();
      let over = false;
      return () => {
        if (!over) listeners.dec();
        over = true;
      };
    },
  };
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS']);

type Registers = [Registry] | Registry[];

function said(name: FamilyName, registers: Registers) {
  const { help, labels = [] }: Family = families[name];
  return { name, help, labelNames: [...labels], registers };
}

export const gauge = (name: FamilyName, registers: Registers): Gauge =>
  new Gauge(said(name, registers));
export const counter = (name: FamilyName, registers: Registers): Counter =>
  new Counter(said(name, registers));

function histogram(name: FamilyName, registers: Registers): Histogram {
  const { buckets = [] }: Family = families[name];
  return new Histogram({ ...said(name, registers), buckets: [...buckets] });
}
