import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Readings } from '../../access/administration.ts';
import { families, type FamilyName } from './families.ts';
import { counter, gauge, type Meters } from './meters.ts';
import { samplesOf, type Sample } from './samples.ts';

/** The Prometheus text format, version 0.0.4. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Of this process; it is one, however many houses are in it. */
let ofProcess: Registry | undefined;

export async function writeMetrics(readings: Readings, meters: Meters): Promise<string> {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  const house = registryOf(samplesOf(readings));
  return Registry.merge([house, meters.registry, ofProcess]).metrics();
}

/** Made anew for each reading, so that nothing is shown that was so the last time. */
function registryOf(samples: readonly Sample[]): Registry {
  const registry = new Registry();
  const set = new Map<FamilyName, (sample: Sample) => void>();
  for (const sample of samples) {
    const { name } = sample;
    const setting = set.get(name) ?? settingOf(name, registry);
    set.set(name, setting);
    setting(sample);
  }
  return registry;
}

function settingOf(name: FamilyName, registry: Registry): (sample: Sample) => void {
  if (families[name].type === 'counter') {
    const metric = counter(name, [registry]);
    return ({ labels = {}, value }) => metric.inc(labels, value);
  }
  const metric = gauge(name, [registry]);
  return ({ labels = {}, value }) => metric.set(labels, value);
}
