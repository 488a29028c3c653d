import { z } from 'zod';
import { isServiceName } from '../domain/service.ts';
import { attestations, callerPolicies, pairings } from '../domain/user.ts';
import { text } from './request-text.ts';

const severalServices = 'must be a list of at most 32 services';
const severalNumbers = 'must be a list of at most 16 telephone numbers';
const least = `must be ${attestations.join(', ')}, or null to ask for none`;

/** The fields of a user that an administrator may set; whether they go together is for the rules to say. */
export const userSettings = {
  disabled: z.boolean({ error: 'must be true or false' }).optional(),
  services: z
    .array(text('must be the name of a service, such as web', isServiceName), {
      error: severalServices,
    })
    .max(32, { error: severalServices })
    .optional(),
  language: text('must be a language such as en, or null for that of the number dialled', (value) =>
    /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/.test(value),
  )
    .nullable()
    .optional(),
  callerPolicy: z
    .enum(callerPolicies, { error: `must be ${callerPolicies.join(', ')}` })
    .optional(),
  numbers: z
    .array(
      text(
        'must be a telephone number such as +1 555 0123: digits, spaces and ( ) . / -',
        (value) => /^\+?[0-9 ()./-]{1,40}$/.test(value),
      ),
      { error: severalNumbers },
    )
    .max(16, { error: severalNumbers })
    .optional(),
  leastAttestation: z.enum(attestations, { error: least }).nullable().optional(),
  pairing: z.enum(pairings, { error: `must be ${pairings.join(' or ')}` }).optional(),
};
