import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Status } from '../access/administration.ts';

/** The Prometheus text format, version 0.0.4. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Of this process; it is one, however many doors it has. */
let ofProcess: Registry | undefined;

/** What is not known has no line at all: 0 would be a claim. */
export async function writeMetrics(status: Status): Promise<string> {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return Registry.merge([ofHouse(status), ofProcess]).metrics();
}

/** Made anew for each reading, so that nothing is shown that was so the last time. */
function ofHouse({ health, admission, openAddresses, standing }: Status): Registry {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: number | undefined): void => {
    if (value !== undefined) new Gauge({ name, help, registers }).set(value);
  };

  const up = new Gauge({
    name: 'dialgate_up',
    help: 'Whether a part that dialgate needs is well (1) or not (0).',
    labelNames: ['part'],
    registers,
  });
  for (const [part, { ok }] of Object.entries(health.parts)) up.set({ part }, Number(ok));
  gauge('dialgate_open_addresses', 'Addresses that are open on record.', openAddresses);
  gauge(
    'dialgate_standing_entries',
    'Hosts, networks and names let in for good.',
    standing?.entries,
  );
  gauge(
    'dialgate_names_failing',
    'Standing entries whose name is not answered.',
    standing?.failing,
  );
  if (admission) {
    gauge('dialgate_calls_in_progress', 'Calls that are going on.', admission.inProgress);
    gauge(
      'dialgate_brake_on',
      'Whether strangers are refused because too many attempts failed (1) or not (0).',
      Number(admission.braking),
    );
    new Counter({
      name: 'dialgate_failures_total',
      help: 'Failed authentications since the start.',
      registers,
    }).inc(admission.failures);
    const refused = new Counter({
      name: 'dialgate_calls_refused_total',
      help: 'Calls that were not answered since the start, by reason.',
      labelNames: ['reason'],
      registers,
    });
    for (const [reason, count] of Object.entries(admission.refused)) refused.inc({ reason }, count);
  }
  return registry;
}
