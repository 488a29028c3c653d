import { parsePhoneNumber, type Dialling, type PhoneNumber } from '../domain/phone-number.ts';

/** A telephone as the limits and locks know it. */
export type Caller = PhoneNumber | 'withheld';

/**
 * One telephone is one caller however its number is presented. What is no number
 * (`anonymous`, a name) is as good as none: whoever can choose words for it could
 * choose new ones for each call.
 */
export function callerOf(callerNumber: string | null, dialling: Dialling): Caller {
  return (callerNumber !== null && parsePhoneNumber(callerNumber, dialling)) || 'withheld';
}
