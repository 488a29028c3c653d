import { join } from 'node:path';
import { Caller } from './caller.ts';
import { Machine } from './machine.ts';
import type { Proof } from './proof.ts';

const who = {
  /** Neither let in nor trusted. */
  stranger: ['stranger', 'web'],
  /** Let in by an entry. */
  office: ['office', 'sip'],
  trusted: ['trusted', 'web'],
  /** At a port that is not guarded. */
  anybody: ['stranger', 'other'],
} as const;

export type Callers = Readonly<Record<keyof typeof who, Caller>>;

/** A start of the guest, with callers at its doors from the first moment. */
export interface Boot {
  readonly proof: Proof;
  readonly machine: Machine;
  readonly callers: Callers;
  /** Whether a script in the guest ends with status 0. */
  check(what: string, script: string): Promise<void>;
}

export interface BootPlan {
  readonly title: string;
  readonly network: boolean;
  readonly ends: 'shut down' | 'power cut';
  /** Whether strangers are turned away from the first moment until the last. */
  readonly guarded: boolean;
  readonly steps: (boot: Boot) => Promise<void>;
}

/** `folder` has the guest's `tree`, and gets its log. */
export async function runBoot(proof: Proof, folder: string, plan: BootPlan): Promise<void> {
  proof.title(plan.title);
  const log = join(folder, `${plan.title.replace(/\W+/g, '-')}.log`);
  const tree = join(folder, 'tree');
  const machine = await Machine.start({ tree, log, network: plan.network });
  const call = (name: keyof typeof who): Caller => {
    const [from, door] = who[name];
    return new Caller(machine.outside, from, door);
  };
  const callers: Callers = {
    stranger: call('stranger'),
    office: call('office'),
    trusted: call('trusted'),
    anybody: call('anybody'),
  };
  const check = async (what: string, script: string): Promise<void> => {
    const { status, output } = await machine.run(script);
    proof.that(what, status === 0, output);
  };
  try {
    await check('it is up', started);
    await check(
      'no ring of orderings had to be broken',
      "! journalctl -b | grep -i 'ordering cycle'",
    );
    await plan.steps({ proof, machine, callers, check });
    if (plan.ends === 'shut down') await machine.shutDown();
  } finally {
    await machine.cutPower();
    await Promise.all(Object.values(callers).map((caller) => caller.stop()));
  }
  if (plan.guarded) {
    const { timesIn, tries } = callers.stranger;
    proof.that('until it was off, no stranger got in', timesIn === 0, `${tries} tries`);
  }
}

/** Until systemd has nothing more to start; its own socket comes first. */
const started = `until [ -S /run/systemd/private ]; do sleep 0.05; done
for i in $(seq 300); do
  [ -z "$(systemctl list-jobs --no-legend)" ] && systemctl is-active -q multi-user.target && exit 0
  sleep 0.1
done
systemctl list-jobs; exit 1`;
