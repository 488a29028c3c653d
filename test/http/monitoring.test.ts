import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { families, type Family } from '../../src/http/metrics/families.ts';
import { writeMetrics } from '../../src/http/metrics/text.ts';
import { busyMeters, readings } from '../fixtures/readings.ts';

/** What is shipped for Prometheus and Grafana asks for nothing that is not there. */

const read = (path: string): string =>
  readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const dashboard = JSON.parse(read('deploy/grafana-dashboard.json')) as {
  uid: string;
  title: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: Panel[];
};
interface Panel {
  id: number;
  type: string;
  title: string;
  datasource?: { type: string; uid: string };
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
}
const alerts = parse(read('deploy/prometheus-alerts.yml')) as {
  groups: { name: string; rules: Rule[] }[];
};
interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
const rules = alerts.groups.flatMap(({ rules: those }) => those);
const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...rules.map(({ expr }) => expr),
];

/** Names and the labels that are asked of them: `name{label=~"…"}`. */
const asked = (expr: string) =>
  [...expr.matchAll(/\b((?:dialgate|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', labels = '']) => ({
      name,
      labels: [...labels.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
        ([, label = '', how = '', value = '']) => ({ label, how, value }),
      ),
    }),
  );
const familyOf = (name: string): [string, Family] | undefined => {
  const plain = name.replace(/_(?:bucket|sum|count)$/, '');
  const found = Object.entries<Family>(families).find(([known, { type }]) =>
    type === 'histogram' ? known === plain && plain !== name : known === name,
  );
  return found;
};

it('every expression uses documented metrics alone, with the labels that they have', async () => {
  const served = await writeMetrics(await readings(), busyMeters());
  for (const expr of expressions) {
    for (const { name, labels } of asked(expr)) {
      if (!name.startsWith('dialgate_')) {
        expect(served).toContain(`\n${name}`);
        continue;
      }
      const family = familyOf(name);
      expect([name, family !== undefined]).toEqual([name, true]);
      const known = ['job', ...(family?.[1].labels ?? [])];
      for (const { label } of labels) expect(known).toContain(label);
      for (const [, by = ''] of expr.matchAll(/by \(([^)]*)\)/g)) {
        for (const label of by.split(/, */)) expect(['le', ...known]).toContain(label);
      }
      // whatever an alarm looks for is a word that there is
      for (const { label, how, value } of labels.filter((one) => one.label !== 'job')) {
        if (label === 'operation' || value === '5xx') continue;
        const those = [...served.matchAll(new RegExp(`^${name}\\{.*?${label}="([^"]*)"`, 'gm'))];
        const words = those.map(([, word = '']) => word);
        for (const alternative of how.includes('~') ? value.split('|') : [value]) {
          if (alternative === 'other') continue;
          const form = new RegExp(`^(?:${alternative})$`);
          expect([expr, alternative, words.some((word) => form.test(word))]).toEqual([
            expr,
            alternative,
            true,
          ]);
        }
      }
    }
  }
});

it('counters are read by their rise, and brackets are closed', () => {
  for (const expr of expressions) {
    for (const { name } of asked(expr)) {
      const family = familyOf(name);
      if (family?.[1].type === 'gauge' || !name.startsWith('dialgate_')) continue;
      expect(expr).toMatch(new RegExp(`(?:rate|increase)\\(${name}(?:\\{[^}]*\\})?\\[`));
    }
    for (const [open, close] of ['()', '[]', '{}'].map((pair) => [...pair])) {
      expect(expr.split(open ?? '').length).toBe(expr.split(close ?? '').length);
    }
  }
});

it('every metric of ours is on the dashboard', () => {
  const shown = new Set(
    dashboard.panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => asked(expr).map(({ name }) => familyOf(name)?.[0])),
    ),
  );
  expect(Object.keys(families).filter((name) => !shown.has(name))).toEqual([]);
});

it('the dashboard can be imported anywhere: its source of data is asked for', () => {
  expect(dashboard).toMatchObject({ uid: 'dialgate', title: 'dialgate' });
  expect(dashboard).not.toHaveProperty('id');
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
  expect(dashboard.templating.list).toContainEqual(
    expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
  );
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { type, datasource, gridPos, targets = [] } of dashboard.panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    if (type === 'row') continue;
    for (const source of [datasource, ...targets.map((target) => target.datasource)]) {
      expect(source?.uid).toBe('${datasource}');
    }
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    expect(targets.length).toBeGreaterThan(0);
  }
});

it('every alarm says how bad it is, what it means and what to do, and is named in the docs', () => {
  const docs = read('docs/metrics.md') + read('docs/operations.md');
  expect(rules.length).toBeGreaterThan(10);
  for (const { alert, labels, annotations, for: lasting } of rules) {
    expect(alert).toMatch(/^Dialgate[A-Za-z]+$/);
    expect(docs).toContain(`\`${alert}\``);
    expect(labels['severity']).toMatch(/^(?:critical|warning)$/);
    expect(annotations['summary']).toMatch(/\S/);
    expect(annotations['description']).toMatch(/\.$/);
    if (lasting !== undefined) expect(lasting).toMatch(/^[0-9]+[smh]$/);
  }
  const named = [...docs.matchAll(/`(Dialgate[A-Za-z]+)`/g)].map(([, name]) => name);
  const known = new Set(rules.map(({ alert }) => alert));
  expect(named.filter((name) => !known.has(name ?? ''))).toEqual([]);
});
