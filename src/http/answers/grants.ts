import { z } from 'zod';
import { grantEnds, type Grant } from '../../domain/grant.ts';
import { iso, isoOrNull, number, numberOrNull, texts, time, timeOrNull } from './common.ts';

export const grantShape = z
  .strictObject({
    id: number,
    userId: number,
    userName: z.string(),
    address: z.string(),
    services: texts,
    openedAt: time,
    expiresAt: time,
    callId: numberOrNull.describe('The call that opened it; null when an administrator did.'),
    firstPacketAt: timeOrNull.describe(
      'When the first packet from the address was seen, within some seconds; null: none yet.',
    ),
    endedAt: timeOrNull,
    end: z.enum(grantEnds).nullable(),
    packets: numberOrNull.describe(
      'Let in from the address since it was opened or renewed; null when it has ended or the helper cannot say.',
    ),
  })
  .meta({ id: 'Grant' });
export type GrantAnswer = z.output<typeof grantShape>;

export const closedShape = z.strictObject({
  closed: z.array(number).readonly().describe('The numbers of the grants that were closed.'),
});

export const grantAnswer = (grant: Grant & { packets?: number | null }): GrantAnswer => ({
  id: grant.id,
  userId: grant.userId,
  userName: grant.userName,
  address: grant.address,
  services: grant.services,
  openedAt: iso(grant.openedAt),
  expiresAt: iso(grant.expiresAt),
  callId: grant.callId,
  firstPacketAt: isoOrNull(grant.firstPacketAt),
  endedAt: isoOrNull(grant.endedAt),
  end: grant.end,
  packets: grant.packets ?? null,
});
