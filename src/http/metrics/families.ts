/** One metric, as it is documented (docs/metrics.md). */
export interface Family {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  /** Never a name, an address, a telephone or a number of anybody. */
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

/** Of what people wait for at the gate: the work itself takes a few milliseconds. */
const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];
const ofRequests = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/**
 * Every metric of ours by its name, which never changes its meaning: somebody's alarm hangs on it.
 * What Node.js tells of the process (`process_…`, `nodejs_…`) comes besides.
 */
export const families = {
  dialgate_build_info: {
    type: 'gauge',
    help: 'Always 1; its labels say what is running.',
    labels: ['version', 'node'],
  },
  dialgate_up: {
    type: 'gauge',
    help: 'Whether a part that dialgate needs is well (1) or not (0).',
    labels: ['part'],
  },
  dialgate_ready: {
    type: 'gauge',
    help: 'Whether calls can open the gate now (1) or not (0), as /readyz says.',
  },
  dialgate_external_address_known: {
    type: 'gauge',
    help: 'Whether the address that callers are told is known (1) or not (0).',
  },

  dialgate_calls_in_progress: { type: 'gauge', help: 'Calls that are going on.' },
  dialgate_calls_total: {
    type: 'counter',
    help: 'Calls that were answered and have ended, by how they ended.',
    labels: ['outcome'],
  },
  dialgate_calls_refused_total: {
    type: 'counter',
    help: 'Calls that were not answered, by reason.',
    labels: ['reason'],
  },
  dialgate_brake_on: {
    type: 'gauge',
    help: 'Whether strangers are refused because too many attempts failed (1) or not (0).',
  },
  dialgate_authentications_accepted_total: {
    type: 'counter',
    help: 'Callers who were recognised.',
  },
  dialgate_authentication_failures_total: {
    type: 'counter',
    help: 'Callers who were not recognised, by reason.',
    labels: ['reason'],
  },
  dialgate_lockouts_total: { type: 'counter', help: 'Locks that began.' },
  dialgate_lockouts_active: {
    type: 'gauge',
    help: 'Telephones and users that are locked now; counted up to ten thousand.',
  },

  dialgate_open_addresses: { type: 'gauge', help: 'Addresses that are open on record.' },
  dialgate_open_grants: { type: 'gauge', help: 'Grants that have not ended.' },
  dialgate_gate_opens_total: { type: 'counter', help: 'Openings that the kernel has confirmed.' },
  dialgate_gate_open_failures_total: {
    type: 'counter',
    help: 'Openings that came to nothing, by reason.',
    labels: ['reason'],
  },
  dialgate_gate_open_duration_seconds: {
    type: 'histogram',
    help: 'From the key, or the request, to the confirmation by the kernel.',
    buckets: quick,
  },
  dialgate_grants_ended_total: {
    type: 'counter',
    help: 'Grants that ended, by how.',
    labels: ['end'],
  },
  dialgate_gate_repairs_total: {
    type: 'counter',
    help: 'Times that the gate differed from the record and was repaired.',
  },
  dialgate_reconciliation_failures_total: {
    type: 'counter',
    help: 'Comparisons of the gate with the record that failed, by what was compared.',
    labels: ['list'],
  },
  dialgate_reconciliation_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the gate was last compared with the record and right, by what was compared.',
    labels: ['list'],
  },
  dialgate_standing_entries: { type: 'gauge', help: 'Hosts, networks and names let in for good.' },
  dialgate_names_failing: {
    type: 'gauge',
    help: 'Standing entries whose name is not answered.',
  },
  dialgate_guard_state: {
    type: 'gauge',
    help: 'Which state the guard is in (1), of all that there are (0).',
    labels: ['state'],
  },
  dialgate_gate_warnings: {
    type: 'gauge',
    help: 'Warnings of the helper that "dialgate status" shows.',
  },
  dialgate_helper_answer_duration_seconds: {
    type: 'histogram',
    help: 'How long the helper took to answer, by what it was asked.',
    labels: ['verb'],
    buckets: quick,
  },
  dialgate_helper_unanswered_total: {
    type: 'counter',
    help: 'Requests that the helper did not answer in time, by what it was asked.',
    labels: ['verb'],
  },

  dialgate_record_rows: { type: 'gauge', help: 'Rows of the record.' },
  dialgate_record_unsealed_rows: {
    type: 'gauge',
    help: 'Rows of an older release that are still to be sealed.',
  },
  dialgate_record_suspect: {
    type: 'gauge',
    help: 'Whether the record did not fit its last checkpoint at the start (1) or did (0).',
  },
  dialgate_record_checkpoint_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last checkpoint was made that was kept everywhere.',
  },
  dialgate_record_checkpoint_failures_total: {
    type: 'counter',
    help: 'Times that a place for checkpoints began to fail.',
  },
  dialgate_database_size_bytes: { type: 'gauge', help: 'Size of the database.' },
  dialgate_database_free_bytes: {
    type: 'gauge',
    help: 'Of that, what is free for new rows.',
  },

  dialgate_notifications_waiting: {
    type: 'gauge',
    help: 'Notifications that are still to be delivered.',
  },
  dialgate_notifications_failed: {
    type: 'gauge',
    help: 'Notifications that were given up, as long as they are kept.',
  },
  dialgate_notifications_oldest_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest notification that is still to be delivered; 0 while there is none.',
  },

  dialgate_event_listeners: { type: 'gauge', help: 'Readers of live events.' },
  dialgate_http_requests_total: {
    type: 'counter',
    help: 'Requests that were answered, by operation (openapi.json) and class of the status.',
    labels: ['operation', 'method', 'status'],
  },
  dialgate_http_request_duration_seconds: {
    type: 'histogram',
    help: 'From the request to the end of its answer, by operation; without live events.',
    labels: ['operation'],
    buckets: ofRequests,
  },
  dialgate_http_requests_refused_total: {
    type: 'counter',
    help: 'Requests that were refused at the door of the API, by reason.',
    labels: ['reason'],
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof families;
