/**
 * Many telephones in one process, at the carrier: run apart from the bench, so
 * that what they cost can be told from what they measure. Takes its orders, and
 * reports, over Node's channel to its parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { NotAnswered, phoneFast, type PhoneCall } from '../../lab/asterisk/sip-phone.ts';
import type { Order, Plan, PlannedCall, Report } from './plan.ts';

const opened = new Map<number, () => void>();

function report(it: Report): void {
  process.send?.(it);
}

async function runPlan(plan: Plan): Promise<void> {
  await Promise.all(
    plan.lines.map(async (calls, index) => {
      await sleep(index * plan.apartMs);
      for (const call of calls) {
        const next = sleep(plan.everyMs ?? 0);
        await make(call, plan);
        await next;
      }
    }),
  );
  report({ what: 'done' });
}

async function make(planned: PlannedCall, plan: Plan): Promise<void> {
  const { id } = planned;
  const lifted = performance.now();
  report({ call: id, what: 'began', at: Date.now() });
  let call: PhoneCall;
  try {
    call = await phoneFast({
      to: plan.to,
      address: plan.from,
      extension: plan.extension,
      callerNumber: planned.callerNumber,
    });
  } catch (error) {
    const status = error instanceof NotAnswered ? error.status : -1;
    report({ call: id, what: 'not-answered', status, tookMs: performance.now() - lifted });
    return;
  }
  const tookMs = call.answeredAt - lifted;
  report({ call: id, what: 'answered', at: Date.now(), tookMs });
  let over = false;
  const ended = call.ended.then((by) => {
    over = true;
    return by;
  });
  const open = new Promise<void>((resolve) => opened.set(id, resolve));
  for (const { waitMs, keys } of planned.steps) {
    if (waitMs > 0) await Promise.race([sleep(waitMs), ended]);
    if (over) break;
    await call.key(keys.slice(0, -1), plan.timing);
    await call.key(keys.slice(-1), { ...plan.timing, gapMs: 0 });
    if (keys === planned.steps.at(-1)?.keys) report({ call: id, what: 'keyed', at: Date.now() });
    else await sleep(plan.timing.gapMs);
  }
  await Promise.race([open, ended, sleep(plan.patienceMs)]);
  opened.delete(id);
  await Promise.race([ended, sleep(plan.stayMs)]);
  call.hangUp();
  report({ call: id, what: 'ended', at: Date.now(), by: await ended });
  // the far end has a moment to take it in, as after any call
  await sleep(50);
}

process.on('message', (order: Order) => {
  if ('plan' in order) void runPlan(order.plan);
  else opened.get(order.opened)?.();
});
process.on('disconnect', () => process.exit(0));
