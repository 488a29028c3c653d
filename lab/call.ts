import type { AsteriskHome } from './asterisk/find.ts';
import { phone, type SippCall } from './asterisk/sipp.ts';
import type { CallPlan } from './asterisk/sipp-scenario.ts';

/** What one needs to phone a lab, from its own process or from another terminal. */
export interface PhoneLine {
  readonly home: AsteriskHome;
  readonly to: { readonly address: string; readonly port: number };
  /** The address that the carrier calls from. */
  readonly from: string;
  readonly prefix: readonly string[];
  readonly extension: string;
  readonly temporary: string;
}

export interface Knock {
  readonly knockCode: string;
  readonly pin: string;
  readonly address: string;
}

/** Who calls, unless told otherwise: a number that is nobody's. */
export const callerNumber = '5550119';

/** A caller who hears each question begin and keys the answer, and stays to hear whether they have arrived. */
export function knockPlan({ knockCode, pin, address }: Knock): CallPlan {
  return {
    segments: [
      { waitMs: 800, keys: `${knockCode}#` },
      { waitMs: 300, keys: `${pin}#` },
      { waitMs: 300, keys: `${address.replaceAll('.', '*')}#` },
      { waitMs: 1200, keys: '1' },
      { waitMs: 14_000, keys: '9' },
    ],
  };
}

export interface Caller {
  /** null: withheld. */
  readonly callerNumber?: string | null;
  /** This many calls, one after the other. */
  readonly calls?: number;
}

/** Phones by SIPp, from ports that another call at the same time will hardly have. */
export function callBySipp(line: PhoneLine, plan: CallPlan, who: Caller = {}): SippCall {
  const slot = Math.floor(Math.random() * 4000);
  return phone(plan, {
    ...line,
    callerNumber: who.callerNumber === undefined ? callerNumber : who.callerNumber,
    calls: who.calls,
    from: { address: line.from, port: 12_000 + slot, rtpPort: 20_000 + slot * 4 },
  });
}
