import type { PhoneNumber } from '../domain/phone-number.ts';
import type { Origination } from './ari.ts';
import { placedId } from './ari-events.ts';
import type { CallBackOptions } from './exchange-options.ts';
import { callFailed } from './ringing.ts';

/** As long as the dialplan allows other calls. */
const usualLongest = 300;

/** A call to `number`. @throws AccessError `call-failed` when nothing but a number would stand in the endpoint. */
export function originationTo(
  number: PhoneNumber,
  { endpoint, callerId, ringFor, longestCall = usualLongest }: CallBackOptions,
  application: string,
): Origination {
  // it becomes part of Asterisk's dial string, whoever made it
  if (!/^[0-9]{1,15}$/.test(number)) throw callFailed('it has no proper number');
  return {
    channelId: placedId(application),
    endpoint: endpoint.replaceAll('{number}', number),
    app: application,
    timeout: Math.ceil(ringFor),
    ...(callerId !== undefined && { callerId }),
    // this call does not pass the dialplan, where others get their limit
    variables: { 'TIMEOUT(absolute)': String(Math.ceil(ringFor + longestCall)) },
  };
}
