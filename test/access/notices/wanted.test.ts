import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { receiversOf, type Told } from '../../../src/access/notices/wanted.ts';
import { tallied } from '../../../src/access/tallies.ts';

const told: Told = {
  webhooks: [
    { id: 'webhook:usual', kinds: null },
    { id: 'webhook:asked', kinds: ['gate-failed'] },
  ],
  administrators: ['ops@example.net'],
  users: true,
};
const of = (reason: string) =>
  receiversOf({ seq: 1, at: 1, actor: 'call:1', kind: 'gate-failed', detail: { reason } }, told);

it('of openings that failed, alarms are those that the alert of Prometheus has', () => {
  const alerts = new URL('../../../deploy/prometheus-alerts.yml', import.meta.url);
  const [, reasons] = /gate_open_failures_total\{reason=~"([^"]+)"/.exec(
    readFileSync(alerts, 'utf8'),
  ) ?? ['', ''];
  const alerted = new RegExp(`^(?:${reasons})$`);
  for (const reason of [...tallied.openFailed.of, 'other']) {
    expect([reason, of(reason)]).toEqual([
      reason,
      alerted.test(reason)
        ? ['webhook:usual', 'webhook:asked', 'mail:ops@example.net']
        : ['webhook:asked'],
    ]);
  }
  expect([alerted.test('firewall-refused'), alerted.test('address-refused')]).toEqual([
    true,
    false,
  ]);
});
