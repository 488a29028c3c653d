import type { Items } from '../../../http/answers/common.ts';
import type { AuditAnswer, CallAnswer } from '../../../http/answers/records.ts';
import { get } from '../../api/ask.ts';
import type { Kind } from '../../api/kinds.ts';
import { useAsked, type Asked } from '../../api/use-asked.ts';
import { useKept } from '../../api/use-kept.ts';

/** All kinds that are a step of a call. */
const steps: readonly Kind[] = [
  'call-began',
  'call-ended',
  'attempt-accepted',
  'attempt-refused',
  'lockout-began',
  'code-used',
  'call-back-began',
  'call-back-failed',
  'pairing-began',
  'pairing-ended',
  'address-refused',
  'gate-opened',
  'gate-failed',
  'gate-renewed',
  'gate-closed',
  'gate-used',
];

export interface CallWithSteps extends CallAnswer {
  readonly steps: readonly AuditAnswer[];
}

/** Far more than are let in at once (admission.at_once). */
const lookedThrough = 50;

/** The calls that go on, each with its steps, kept true by what happens. */
export function useCalls(): Asked<readonly CallWithSteps[]> {
  const asked = useAsked<readonly CallWithSteps[]>('calls', async (signal) => {
    const query = { limit: lookedThrough };
    const { items } = await get<Items<CallAnswer>>('/v1/calls', query, signal);
    const goingOn = items.filter(({ endedAt }) => endedAt === null);
    return Promise.all(
      goingOn.map(({ id }) => get<CallWithSteps>(`/v1/calls/${id}`, undefined, signal)),
    );
  });
  useKept(steps, asked);
  return asked;
}
