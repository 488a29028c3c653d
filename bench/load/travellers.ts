import type { PlannedCall, Step } from './plan.ts';

/** A user of the benches. Their secrets mean nothing to anybody. */
export interface Traveller {
  readonly name: string;
  readonly knockCode: string;
  readonly pin: string;
}

/** As many different ones as asked for, up to 100. */
export const travellers = (count: number): Traveller[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `traveller-${index}`,
    knockCode: `${233 + index}*${345 + index}*${478 + index}`,
    pin: String(471_100 + index * 7),
  }));

/** The network for benchmarks (RFC 2544), which dialgate must be told to allow. */
export const addressesCalledFrom = '198.18.0.0/15';

let last = 0;

/** An address that no call of this run has had. */
export function freshAddress(): string {
  const number = last++;
  const [low, middle] = [(number % 250) + 1, Math.floor(number / 250)];
  return `198.${18 + Math.floor(middle / 256)}.${middle % 256}.${low}`;
}

/** How a caller goes about it: how long they wait before each of the four entries, in ms. */
export type Pace = readonly [knockCode: number, pin: number, address: number, readBack: number];

/** As one who reads the numbers from a card, and hears most of what is said. */
export const fromACard: Pace = [4000, 2000, 5000, 6000];
/** One dial string from the instant of the answer. */
export const typedAhead: Pace = [0, 0, 0, 0];

/** The keys of a whole call, up to the opening. */
export function keysOfCall(who: Traveller, address: string): [string, string, string, string] {
  return [`${who.knockCode}#`, `${who.pin}#`, `${address.replaceAll('.', '*')}#`, '1'];
}

let lastCall = 0;

/** `lines` lines with `rounds` calls each, every one for an address of its own. */
export function planCalls(
  users: readonly Traveller[],
  lines: number,
  rounds: number,
  pace: Pace,
): PlannedCall[][] {
  return Array.from({ length: lines }, (_, line) =>
    Array.from({ length: rounds }, () => {
      const id = ++lastCall;
      const address = freshAddress();
      const user = users[id % users.length];
      if (!user) throw new RangeError('no users');
      return {
        id,
        address,
        // numbers that are nobody's
        callerNumber: `55501${String(line % 100).padStart(2, '0')}`,
        steps: stepsOf(keysOfCall(user, address), pace),
      };
    }),
  );
}

/** Entries that are not waited for are one string of keys. */
function stepsOf(entries: readonly string[], pace: Pace): Step[] {
  const steps: Step[] = [];
  for (const [index, keys] of entries.entries()) {
    const waitMs = pace[index] ?? 0;
    const before = steps.at(-1);
    if (waitMs === 0 && before) steps[steps.length - 1] = { ...before, keys: before.keys + keys };
    else steps.push({ waitMs, keys });
  }
  return steps;
}
