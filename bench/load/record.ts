import type { Lab } from '../../lab/lab.ts';
import type { Plan } from './plan.ts';

interface CallRow {
  readonly id: number;
  readonly outcome: string;
  readonly endedAt: string | null;
}

/** The number of the latest call on record; 0 when there is none. */
export async function lastCallOf(lab: Lab): Promise<number> {
  const { body } = await lab.rest('GET', '/v1/calls?limit=1');
  return body.items[0]?.id ?? 0;
}

/**
 * Whether dialgate's own record of the calls after `last` is as planned: every call
 * opened, and nothing refused on the way, which a lost or doubled key would have
 * caused. Returns what is not so, in words.
 */
export async function recordFaults(lab: Lab, last: number, plan: Plan): Promise<string[]> {
  const planned = plan.lines.flat().length;
  const rows = await callsAfter(lab, last);
  const faults: string[] = [];
  if (rows.length !== planned) faults.push(`${rows.length} calls on record, not ${planned}`);
  const outcomes = new Map<string, number>();
  for (const { outcome, endedAt } of rows) {
    const how = endedAt === null ? 'not ended' : outcome;
    outcomes.set(how, (outcomes.get(how) ?? 0) + 1);
  }
  for (const [how, count] of outcomes) {
    if (how !== 'opened') faults.push(`${count} calls ${how}`);
  }
  const odd = rows.filter(({ outcome }) => outcome !== 'opened');
  faults.push(...odd.slice(0, 3).map(({ id }) => `call ${id}: ${heardIn(lab, id)}`));
  for (const kind of ['attempt-refused', 'address-refused', 'gate-failed']) {
    const { body } = await lab.rest('GET', `/v1/audit?kind=${kind}&limit=500`);
    const count = body.items.filter(({ callId }: { callId: number }) => callId > last).length;
    if (count > 0) faults.push(`${count} times ${kind}`);
  }
  return faults;
}

async function callsAfter(lab: Lab, last: number): Promise<CallRow[]> {
  const rows: CallRow[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const from = cursor === undefined ? '' : `&cursor=${cursor}`;
    const { body } = await lab.rest('GET', `/v1/calls?limit=500${from}`);
    const fresh = body.items.filter(({ id }: CallRow) => id > last);
    rows.push(...fresh);
    cursor = fresh.length === body.items.length ? body.next : null;
  }
  return rows;
}

/** What was said and keyed in a call, by dialgate's log (which masks secrets). */
function heardIn(lab: Lab, call: number): string {
  const words = lab.serve.log.lines.flatMap(({ fields }) => {
    if (fields['callId'] !== call) return [];
    const seconds = (Number(fields['time']) / 1000) % 1000;
    const what = fields['prompt'] ?? fields['keys'] ?? fields['why'] ?? fields['event'];
    return [`${seconds.toFixed(2)} ${String(what)}`];
  });
  return words.join(', ');
}
