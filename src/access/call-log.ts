import type { AddressRefusal } from '../domain/address-rules.ts';
import type { Address } from '../domain/address.ts';
import type { CallOutcome, CallRecord } from '../domain/attempt.ts';
import type { Dialling } from '../domain/phone-number.ts';
import type { Stores } from '../domain/ports.ts';
import type { Clock } from '../domain/time.ts';
import type { Attestation } from '../domain/user.ts';
import { callerOf } from './caller.ts';

/** Puts calls on record, from the first ring to whatever end they come to. */
export interface CallLog {
  began(call: {
    readonly callerNumber: string | null;
    readonly dialled: string;
    readonly attestation: Attestation | null;
    /** The call that this one answers, where we phone the user back. */
    readonly callBackOf?: number | undefined;
  }): Promise<CallRecord>;
  /** What is no address at all is not kept: it may be a PIN keyed at the wrong question. */
  addressRefused(
    callId: number,
    userId: number,
    address: Address | undefined,
    why: AddressRefusal,
  ): Promise<void>;
  ended(callId: number, outcome: CallOutcome, userId: number | null): Promise<void>;
  /** Ends on record the calls that an earlier process left behind; returns how many. */
  endInterrupted(): Promise<number>;
}

export function createCallLog(
  stores: Pick<Stores, 'calls' | 'audit'>,
  clock: Clock,
  dialling: Dialling,
): CallLog {
  async function ended(callId: number, outcome: CallOutcome, userId: number | null): Promise<void> {
    const at = clock.now();
    await stores.calls.end(callId, at, outcome, userId, {
      at,
      actor: outcome === 'interrupted' ? 'system' : `call:${callId}`,
      kind: 'call-ended',
      callId,
      userId: userId ?? undefined,
      detail: { outcome },
    });
  }

  return {
    began({ callerNumber, dialled, attestation, callBackOf }) {
      const beganAt = clock.now();
      // the store adds the call's id, which is not known before
      return stores.calls.begin(
        { callerNumber, dialled, attestation, callBackOf: callBackOf ?? null, beganAt },
        {
          at: beganAt,
          actor: 'system',
          kind: 'call-began',
          caller: callerOf(callerNumber, dialling),
          detail: {
            caller: callerNumber ?? 'withheld',
            dialled,
            ...(attestation !== null && { attestation }),
            ...(callBackOf !== undefined && { callBackOf }),
          },
        },
      );
    },
    async addressRefused(callId, userId, address, why) {
      await stores.audit.append({
        at: clock.now(),
        actor: `call:${callId}`,
        kind: 'address-refused',
        callId,
        userId,
        address,
        detail: { why },
      });
    },
    ended,
    async endInterrupted() {
      const left = await stores.calls.unended();
      for (const call of left) await ended(call.id, 'interrupted', call.userId);
      return left.length;
    },
  };
}
