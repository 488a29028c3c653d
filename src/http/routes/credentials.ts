import type { ZodType } from 'zod';
import type { Administration } from '../../access/administration.ts';
import type { Actor } from '../../domain/attempt.ts';
import {
  newKnockCodeAnswer,
  newKnockCodeShape,
  newPinAnswer,
  newPinShape,
  newSheetAnswer,
  newSheetShape,
  newTotpAnswer,
  newTotpShape,
  userAnswer,
  userShape,
} from '../answers/users.ts';
import { byName } from '../requests.ts';
import { administrators, route, type Method, type Route } from '../route.ts';

/** What a user identifies with. Each of these is asked for with nothing but the user's name. */
export const credentialRoutes = (rules: Administration): Route[] => {
  const ofUser = (
    [id, summary, about]: readonly [id: string, summary: string, about: string],
    [method, what]: readonly [method: Method, what: string],
    shape: ZodType,
    answerFor: (name: string, by: Actor) => Promise<unknown>,
  ): Route =>
    route({
      id,
      summary,
      about,
      method,
      path: `/v1/users/:name/${what}`,
      may: administrators,
      params: byName,
      answers: { 200: shape },
      problems: ['not-found', 'conflict'],
      changes: async ({ name }) => userAnswer(await rules.user(name)),
      answer: async ({ params: { name }, by }) => ({ body: await answerFor(name, by) }),
    });

  return [
    ofUser(
      ['resetPin', 'A new PIN', 'It is shown this once. The user’s lockouts end.'],
      ['POST', 'pin'],
      newPinShape,
      async (name, by) => newPinAnswer(await rules.resetPin(name, by)),
    ),
    ofUser(
      ['resetKnockCode', 'A new knock code', 'It is shown this once. The user’s lockouts end.'],
      ['POST', 'knock-code'],
      newKnockCodeShape,
      async (name, by) => newKnockCodeAnswer(await rules.newKnockCode(name, by)),
    ),
    ofUser(
      [
        'setTotp',
        'Time-based codes as the second factor',
        'For an authenticator app; its secret is shown this once. Takes the place of the second factor before.',
      ],
      ['POST', 'totp'],
      newTotpShape,
      async (name, by) => newTotpAnswer(await rules.newTotp(name, by)),
    ),
    ofUser(
      [
        'setSheet',
        'A sheet of codes as the second factor',
        'Twenty single-use codes, shown this once. Takes the place of the second factor before.',
      ],
      ['POST', 'sheet'],
      newSheetShape,
      async (name, by) => newSheetAnswer(await rules.newSheet(name, by)),
    ),
    ofUser(
      ['removeSecondFactor', 'No second factor', 'The PIN is enough from now on.'],
      ['DELETE', 'second-factor'],
      userShape,
      async (name, by) => userAnswer(await rules.removeSecondFactor(name, by)),
    ),
  ];
};
