import type { AuditEntry, CallOutcome } from '../../src/domain/attempt.ts';
import { usualSettings, type UserSettings } from '../../src/domain/user.ts';
import type { PhoneNumber } from '../../src/domain/phone-number.ts';
import type { PageHouse } from './page-house.ts';

type Kept = Pick<PageHouse, 'stores'>;

const minute = 60_000;
const hour = 60 * minute;

/** A number from 0 to below 1, the same ones in each run: a test must not depend on chance. */
function evenly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x8000_0000;
  };
}

/** Users of all sorts; straight into the store, because a real PIN's hash takes its time. */
export async function addPeople({ stores }: Kept): Promise<void> {
  const numbers = (...all: string[]) => all as PhoneNumber[];
  const people: readonly (readonly [name: string, settings: Partial<UserSettings>])[] = [
    ['mira', { email: 'mira@example.net', language: 'es', numbers: numbers('15550123') }],
    ['tomas', { callerPolicy: 'listed', numbers: numbers('15550142', '15550143') }],
    ['ines', { callerPolicy: 'call-back', numbers: numbers('495550123'), language: 'de' }],
    ['otto', { services: ['web'], leastAttestation: 'A', pairing: 'knock-code' }],
    ['anna', { disabled: true }],
  ];
  for (const [name, settings] of people) {
    const user = { ...usualSettings, ...settings, name, createdAt: Date.now() - 2000 * hour };
    const lookup = { knockCodeLookup: `lookup ${name}`, pinHash: 'hash' };
    const entry = {
      at: Date.now() - 2000 * hour,
      actor: 'cli:local',
      kind: 'user-created',
    } as const;
    await stores.users.add(user, lookup, { ...entry, detail: { name } });
  }
}

/**
 * Two days of calls as a house has them: by day more than by night, some wrong, some from strangers.
 * `now` counts as three in the afternoon, whatever the clock says: the same calls in each run.
 */
export async function addPast(house: Kept, now: number, hours = 48): Promise<void> {
  const { stores } = house;
  const chance = evenly(7);
  const callers = ['15550123', '15550142', '495550123', '445550142', null];
  const note = (entry: AuditEntry) => stores.audit.append(entry);
  for (let at = now - hours * hour; at < now - 20 * minute; at += 17 * minute) {
    const timeOfDay = (at - now + (hours + 15) * hour) % (24 * hour);
    const busy = 0.25 + 0.75 * Math.sin((timeOfDay / (24 * hour)) * Math.PI) ** 2;
    if (chance() > busy) continue;
    const callerNumber = callers[Math.floor(chance() * callers.length)] ?? null;
    const caller = callerNumber ?? 'withheld';
    const fails = chance() < (callerNumber === null ? 0.9 : 0.25);
    const userId = fails ? undefined : 1 + Math.floor(chance() * 3);
    const call = await stores.calls.begin(
      { callerNumber, dialled: '4711', attestation: 'A', callBackOf: null, beganAt: at },
      { at, actor: 'system', kind: 'call-began', caller },
    );
    const said = { actor: `call:${call.id}`, callId: call.id, caller, userId } as const;
    if (fails) {
      for (const after of [12_000, 24_000, 36_000]) {
        const detail = { reason: 'unknown-code' };
        await note({ ...said, at: at + after, kind: 'attempt-refused', detail });
      }
      if (chance() < 0.3) await note({ ...said, at: at + 37_000, kind: 'lockout-began' });
    } else {
      const address = `203.0.113.${1 + Math.floor(chance() * 250)}` as AuditEntry['address'];
      await note({ ...said, at: at + 14_000, kind: 'attempt-accepted' });
      await note({
        ...said,
        at: at + 31_000,
        kind: 'gate-opened',
        address,
        detail: { seconds: 14_400 },
      });
      await note({ ...said, at: at + 47_000, kind: 'gate-used', address });
    }
    const outcome: CallOutcome = fails ? 'refused' : 'opened';
    const ended = { at: at + 52_000, kind: 'call-ended', detail: { outcome } } as const;
    await stores.calls.end(call.id, ended.at, outcome, userId ?? null, { ...said, ...ended });
  }
}

/** Failures that are held against a telephone and a user, one of them locked. */
export async function addFailures({ stores }: Kept, now: number): Promise<void> {
  const failures = { count: 5, lastAt: now - 20_000 };
  await stores.lockouts.record(
    [
      { subject: 'caller:445550142', failures },
      { subject: 'user:2/caller:15550142', failures: { ...failures, count: 6 } },
      { subject: 'user:1', failures: { count: 2, lastAt: now - hour } },
    ],
    [],
  );
}
