import type { Readings } from '../../access/administration.ts';
import type { Tallied } from '../../access/tallies.ts';
import { guardStates } from '../../domain/firewall.ts';
import type { FamilyName } from './families.ts';

export interface Sample {
  readonly name: FamilyName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is not known has no line at all: 0 would be a claim. */
export function samplesOf(readings: Readings): Sample[] {
  return [
    ...ofParts(readings),
    ...ofCalls(readings),
    ...ofGate(readings),
    ...ofRecord(readings),
    ...ofNotifications(readings),
    ...ofTallies(readings),
  ];
}

function one(name: FamilyName, value: number | boolean | null | undefined): Sample[] {
  return value === undefined || value === null ? [] : [{ name, value: Number(value) }];
}

function ofParts({ status: { health }, ready, externalAddressKnown }: Readings): Sample[] {
  const { parts, version } = health;
  return [
    { name: 'dialgate_build_info', labels: { version, node: process.version }, value: 1 },
    ...Object.entries(parts).map(([part, { ok }]): Sample => ({
      name: 'dialgate_up',
      labels: { part },
      value: Number(ok),
    })),
    ...one('dialgate_ready', ready),
    ...one('dialgate_external_address_known', externalAddressKnown),
  ];
}

function ofCalls({ status: { admission }, lockoutsActive }: Readings): Sample[] {
  const refused = Object.entries(admission?.refused ?? {});
  return [
    ...one('dialgate_calls_in_progress', admission?.inProgress),
    ...one('dialgate_brake_on', admission?.braking),
    ...refused.map(([reason, value]): Sample => ({
      name: 'dialgate_calls_refused_total',
      labels: { reason },
      value,
    })),
    ...one('dialgate_lockouts_active', lockoutsActive),
  ];
}

function ofGate({ status, openGrants }: Readings): Sample[] {
  const { openAddresses, standing, warnings, guard, health } = status;
  return [
    ...one('dialgate_open_addresses', openAddresses),
    ...one('dialgate_open_grants', openGrants),
    ...one('dialgate_standing_entries', standing?.entries),
    ...one('dialgate_names_failing', standing?.failing),
    ...(health.parts.helper.ok ? one('dialgate_gate_warnings', warnings.length) : []),
    ...(guard === undefined ? [] : guardStates).map((state): Sample => ({
      name: 'dialgate_guard_state',
      labels: { state },
      value: Number(state === guard),
    })),
  ];
}

function ofRecord({ record, size, checkpointAt, tallies }: Readings): Sample[] {
  const { firstSeq, lastSeq } = record ?? {};
  const rows = record && (lastSeq ?? 0) - (firstSeq ?? 1) + 1;
  return [
    ...one('dialgate_record_rows', rows),
    ...one('dialgate_record_unsealed_rows', record?.unsealed),
    ...one('dialgate_record_suspect', tallies && (tallies.suspected.get('') ?? 0) > 0),
    ...one(
      'dialgate_record_checkpoint_timestamp_seconds',
      checkpointAt === null || checkpointAt === undefined ? undefined : checkpointAt / 1000,
    ),
    ...one('dialgate_database_size_bytes', size?.bytes),
    ...one('dialgate_database_free_bytes', size?.freeBytes),
  ];
}

function ofNotifications({ notifications, now }: Readings): Sample[] {
  if (!notifications) return [];
  const { waiting, failed, oldestAt } = notifications;
  const age = oldestAt === null ? 0 : Math.max(0, (now - oldestAt) / 1000);
  return [
    ...one('dialgate_notifications_waiting', waiting),
    ...one('dialgate_notifications_failed', failed),
    ...one('dialgate_notifications_oldest_age_seconds', age),
  ];
}

/** What the record is counted for, and the label that tells its rows apart. */
const counters: readonly (readonly [Tallied, FamilyName, string?])[] = [
  ['callsEnded', 'dialgate_calls_total', 'outcome'],
  ['accepted', 'dialgate_authentications_accepted_total'],
  ['refused', 'dialgate_authentication_failures_total', 'reason'],
  ['lockouts', 'dialgate_lockouts_total'],
  ['opened', 'dialgate_gate_opens_total'],
  ['openFailed', 'dialgate_gate_open_failures_total', 'reason'],
  ['ended', 'dialgate_grants_ended_total', 'end'],
  ['healed', 'dialgate_gate_repairs_total'],
  ['requestsRefused', 'dialgate_http_requests_refused_total', 'reason'],
  ['checkpointsFailed', 'dialgate_record_checkpoint_failures_total'],
];

function ofTallies({ tallies }: Readings): Sample[] {
  if (!tallies) return [];
  return counters.flatMap(([tallied, name, label]) =>
    [...tallies[tallied]].map(([word, value]): Sample => {
      if (label === undefined) return { name, value };
      return { name, labels: { [label]: word.replace(/^gate-/, '') }, value };
    }),
  );
}
