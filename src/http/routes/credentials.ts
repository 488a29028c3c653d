import type { Administration } from '../../access/administration.ts';
import type { Actor } from '../../domain/attempt.ts';
import {
  newKnockCodeAnswer,
  newPinAnswer,
  newSheetAnswer,
  newTotpAnswer,
  userAnswer,
} from '../answers.ts';
import { byName } from '../requests.ts';
import { route, type Method, type Route } from '../route.ts';

/** What a user identifies with. Each of these is asked for with nothing but the user's name. */
export const credentialRoutes = (rules: Administration): Route[] => {
  const ofUser = (
    method: Method,
    what: string,
    answerFor: (name: string, by: Actor) => Promise<unknown>,
  ): Route =>
    route({
      method,
      path: `/v1/users/:name/${what}`,
      params: byName,
      answer: async ({ params: { name }, by }) => ({ body: await answerFor(name, by) }),
    });

  return [
    ofUser('POST', 'pin', async (name, by) => newPinAnswer(await rules.resetPin(name, by))),
    ofUser('POST', 'knock-code', async (name, by) =>
      newKnockCodeAnswer(await rules.newKnockCode(name, by)),
    ),
    ofUser('POST', 'totp', async (name, by) => newTotpAnswer(await rules.newTotp(name, by))),
    ofUser('POST', 'sheet', async (name, by) => newSheetAnswer(await rules.newSheet(name, by))),
    ofUser('DELETE', 'second-factor', async (name, by) =>
      userAnswer(await rules.removeSecondFactor(name, by)),
    ),
  ];
};
