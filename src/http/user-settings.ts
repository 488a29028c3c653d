import { z } from 'zod';
import { isEmail, longestEmail } from '../domain/email.ts';
import { isServiceName } from '../domain/service.ts';
import { attestations, callerPolicies, pairings } from '../domain/user.ts';
import { text } from './request-text.ts';

export const mostServices = 32;
export const mostNumbers = 16;
const severalServices = `must be a list of at most ${mostServices} services`;
const severalNumbers = `must be a list of at most ${mostNumbers} telephone numbers`;
const least = `must be ${attestations.join(', ')}, or null to ask for none`;

export const isLanguage = (text: string): boolean => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/.test(text);

/** Written so that it may be a telephone number; the site's dialling rules tell whether it is. */
export const isLikeANumber = (text: string): boolean => /^\+?[0-9 ()./-]{1,40}$/.test(text);

/** The fields of a user that an administrator may set; whether they go together is for the rules to say. */
export const userSettings = {
  disabled: z.boolean({ error: 'must be true or false' }).optional(),
  services: z
    .array(text('must be the name of a service, such as web', isServiceName), {
      error: severalServices,
    })
    .max(mostServices, { error: severalServices })
    .optional(),
  language: text(
    'must be a language such as en, or null for that of the number dialled',
    isLanguage,
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
        isLikeANumber,
      ),
      { error: severalNumbers },
    )
    .max(mostNumbers, { error: severalNumbers })
    .optional(),
  leastAttestation: z.enum(attestations, { error: least }).nullable().optional(),
  pairing: z.enum(pairings, { error: `must be ${pairings.join(' or ')}` }).optional(),
  email: text('must be an e-mail address such as mira@example.net, or null for none', isEmail, {
    maxLength: longestEmail,
    examples: ['mira@example.net'],
  })
    .nullable()
    .optional(),
};
