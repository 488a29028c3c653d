import type { Address } from '../domain/address.ts';
import { isActive } from '../domain/grant.ts';
import type { Firewall, GrantStore } from '../domain/ports.ts';
import type { Clock, Seconds, Timer } from '../domain/time.ts';

export interface GateUseParts {
  readonly grants: Pick<GrantStore, 'unused' | 'use'>;
  readonly firewall: Pick<Firewall, 'list'>;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Told once when it cannot be looked any more, and once when it can again. */
  readonly log: (message: string, error?: unknown) => void;
}

const lookEvery: Seconds = 5;

/**
 * Puts on record when the first packet comes from an opened address: that whoever it was opened
 * for has arrived. While all have, the kernel is not asked.
 * @returns ends it, when the look under way is over.
 */
export function watchGateUse(parts: GateUseParts): () => Promise<void> {
  const { timer, log } = parts;
  let stopped = false;
  let failing = false;
  let next: { cancel(): void } | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function once(): Promise<void> {
    try {
      await look(parts, () => stopped);
      if (failing) log('Whether packets come from opened addresses is known again.');
      failing = false;
    } catch (error) {
      if (!failing) log('Whether packets come from opened addresses is not known.', error);
      failing = true;
    }
    if (!stopped) plan();
  }

  function plan(): void {
    next = timer(lookEvery, () => {
      looking = once();
    });
  }

  plan();
  return () => {
    stopped = true;
    next?.cancel();
    return looking;
  };
}

async function look(
  { grants, firewall, clock }: GateUseParts,
  stopped: () => boolean,
): Promise<void> {
  const now = clock.now();
  // before the kernel is asked: what it counts began anew with each of these
  const unused = (await grants.unused()).filter((grant) => isActive(grant, now));
  if (unused.length === 0) return;
  const arrived = new Set<Address>();
  for (const { address, services } of await firewall.list()) {
    if (services.some(({ packets }) => packets > 0)) arrived.add(address);
  }
  for (const { id, userId, callId, address } of unused) {
    if (stopped() || !arrived.has(address)) continue;
    const at = clock.now();
    const about = { userId, address, ...(callId !== null && { callId }) };
    await grants.use(id, at, { at, actor: 'system', kind: 'gate-used', ...about });
  }
}
